package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's operators. */
final class Operators {
  private Operators() {}

  static Object binary(String operator, Object left, Object right) {
    PyValues.requireDefined(left);
    PyValues.requireDefined(right);
    if (PyNumbers.isNumber(left) && PyNumbers.isNumber(right)) {
      return PyNumbers.calculate(operator, left, right);
    }
    if (operator.equals("%") && left instanceof String format) {
      return TextFilters.percent(format, right instanceof Tuple t ? t.items() : List.of(right));
    }
    if (operator.equals("+")) {
      if (PyValues.isString(left) && PyValues.isString(right)) {
        return added(left, right);
      }
      if (left instanceof List<?> a && right instanceof List<?> b) {
        return joined(a, b);
      }
      if (left instanceof Tuple a && right instanceof Tuple b) {
        return new Tuple(joined(a.items(), b.items()));
      }
    }
    if (operator.equals("*")) {
      if (PyNumbers.isInteger(right) && isSequence(left)) {
        return repeated(left, right);
      }
      if (PyNumbers.isInteger(left) && isSequence(right)) {
        return repeated(right, left);
      }
    }
    throw new TemplateException(
        "unsupported operand type(s) for %s: '%s' and '%s'"
            .formatted(operator, PyValues.type(left), PyValues.type(right)));
  }

  /** Two strs as one; the other one is escaped where one is safe. */
  private static Object added(Object left, Object right) {
    PyText.requireLength(PyValues.string(left).length() + (long) PyValues.string(right).length());
    boolean safe = left instanceof Markup || right instanceof Markup;
    return safe
        ? new Markup(Markup.escaped(left) + Markup.escaped(right))
        : PyValues.string(left) + PyValues.string(right);
  }

  /** The texts of the values, one after the other. */
  static Object concatenated(List<Object> values) {
    StringBuilder out = new StringBuilder();
    for (Object value : values) {
      out.append(PyValues.text(value));
      PyText.requireLength(out.length());
    }
    return out.toString();
  }

  private static List<Object> joined(List<?> left, List<?> right) {
    PyText.requireLength((long) left.size() + right.size());
    List<Object> joined = new ArrayList<>(left);
    joined.addAll(right);
    return joined;
  }

  private static boolean isSequence(Object value) {
    return PyValues.isString(value) || value instanceof List || value instanceof Tuple;
  }

  private static Object repeated(Object value, Object times) {
    int count = Math.max(0, PyNumbers.index(times, "repetitions"));
    PyText.requireLength(PyValues.length(value) * count);
    if (PyValues.isString(value)) {
      String text = PyValues.string(value).repeat(count);
      return value instanceof Markup ? new Markup(text) : text;
    }
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.addAll(PyValues.items(value));
    }
    return value instanceof Tuple ? new Tuple(items) : items;
  }

  static Object signed(boolean negative, Object value) {
    PyValues.requireDefined(value);
    if (!PyNumbers.isNumber(value)) {
      throw new TemplateException("bad operand type for a sign: '" + PyValues.type(value) + "'");
    }
    if (value instanceof Double real) {
      return negative ? -real : real;
    }
    return PyNumbers.normal(negative ? PyNumbers.big(value).negate() : PyNumbers.big(value));
  }

  static boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> PyValues.equal(left, right);
      case "!=" -> !PyValues.equal(left, right);
      case "in" -> PyValues.contains(right, left);
      case "not in" -> !PyValues.contains(right, left);
      default -> ordered(operator, left, right);
    };
  }

  private static boolean ordered(String operator, Object left, Object right) {
    if (PyNumbers.isNaN(left) || PyNumbers.isNaN(right)) {
      return false;
    }
    int order = PyValues.compare(left, right, operator);
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }
}
