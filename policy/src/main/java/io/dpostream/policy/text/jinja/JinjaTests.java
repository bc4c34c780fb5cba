package io.dpostream.policy.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jinja's tests, {@code value is name(arguments)}. */
final class JinjaTests {
  private static final Set<String> WITHOUT_ARGUMENTS =
      Set.of(
          "boolean",
          "callable",
          "defined",
          "escaped",
          "even",
          "false",
          "float",
          "integer",
          "iterable",
          "lower",
          "mapping",
          "none",
          "number",
          "odd",
          "sequence",
          "string",
          "true",
          "undefined",
          "upper");

  private JinjaTests() {}

  static boolean holds(String name, Object value, Arguments arguments) {
    if (WITHOUT_ARGUMENTS.contains(name)) {
      arguments.only("the test '" + name + "'");
    }
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "boolean" -> value instanceof Boolean;
      case "true" -> value.equals(true);
      case "false" -> value.equals(false);
      case "integer" -> PyNumbers.isInteger(value) && !(value instanceof Boolean);
      case "float" -> value instanceof Double;
      case "number" -> PyNumbers.isNumber(value);
      case "string" -> PyValues.isString(value);
      case "mapping" -> value instanceof Map;
      case "sequence" -> isSequence(value);
      case "iterable" ->
          isSequence(value)
              || value instanceof ViewOrRange
              || value instanceof Generator
              || value instanceof LoopState;
      case "callable" ->
          value instanceof Callable || value instanceof LoopState || value instanceof Undefined;
      case "escaped" -> value instanceof Markup;
      case "sameas" -> same(value, other(arguments, name));
      case "in" -> PyValues.contains(other(arguments, name), value);
      case "odd" -> PyValues.equal(remainder(value, 2L), 1L);
      case "even" -> PyValues.equal(remainder(value, 2L), 0L);
      case "divisibleby" -> PyValues.equal(remainder(value, other(arguments, name)), 0L);
      case "lower" -> cased(value, "islower");
      case "upper" -> cased(value, "isupper");
      case "eq", "equalto", "==" -> PyValues.equal(value, other(arguments, name));
      case "ne", "!=" -> !PyValues.equal(value, other(arguments, name));
      case "lt", "lessthan", "<" -> compare(value, arguments, name, "<") < 0;
      case "le", "<=" -> compare(value, arguments, name, "<=") <= 0;
      case "gt", "greaterthan", ">" -> compare(value, arguments, name, ">") > 0;
      case "ge", ">=" -> compare(value, arguments, name, ">=") >= 0;
      case "filter", "test" -> throw TemplateException.unsupported("the test '" + name + "'");
      default -> throw new TemplateException("no test named '" + name + "'");
    };
  }

  private static boolean isSequence(Object value) {
    return PyValues.isString(value)
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Map
        || (value instanceof ViewOrRange view && view.isRange())
        || value instanceof Undefined;
  }

  private static Object other(Arguments arguments, String name) {
    return arguments
        .only("the test '" + name + "'", "other")
        .require(0, "other", "the test '" + name + "'");
  }

  private static boolean same(Object value, Object other) {
    boolean plain = value instanceof Boolean || value == None.NONE;
    if (plain || other instanceof Boolean || other == None.NONE) {
      return value.equals(other);
    }
    throw TemplateException.unsupported("the test sameas on a " + PyValues.type(value));
  }

  private static Object remainder(Object value, Object divisor) {
    PyValues.requireDefined(value);
    if (!PyNumbers.isNumber(value) || !PyNumbers.isNumber(divisor)) {
      throw new TemplateException("a remainder needs numbers, not " + PyValues.type(value));
    }
    return PyNumbers.calculate("%", value, divisor);
  }

  private static boolean cased(Object value, String method) {
    return PyValues.truth(StringMethods.bound(PyValues.text(value), method).call(Arguments.NONE));
  }

  private static int compare(Object value, Arguments arguments, String name, String operator) {
    Object other = other(arguments, name);
    if (PyNumbers.isNaN(value) || PyNumbers.isNaN(other)) {
      throw TemplateException.unsupported("comparing nan");
    }
    return PyValues.compare(value, other, operator);
  }
}
