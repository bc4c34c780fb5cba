package io.dpostream.policy.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Filters that return numbers. */
final class NumberFilters {
  private NumberFilters() {}

  static Object abs(Object value, Arguments arguments) {
    arguments.only("abs");
    if (!PyNumbers.isNumber(value)) {
      PyValues.requireDefined(value);
      throw new TemplateException("abs needs a number, not " + PyValues.type(value));
    }
    return value instanceof Double real
        ? (Object) Math.abs(real)
        : PyNumbers.normal(PyNumbers.big(value).abs());
  }

  static Object toInt(Object value, Arguments arguments) {
    arguments.only("int", "default", "base");
    Object fallback = arguments.get(0, "default", 0L);
    if (!arguments.get(1, "base", 10L).equals(10L)) {
      throw TemplateException.unsupported("the filter int with a base");
    }
    PyValues.requireDefined(value);
    if (PyNumbers.isInteger(value)) {
      return PyNumbers.normal(PyNumbers.big(value));
    }
    if (value instanceof Double real) {
      return Double.isFinite(real) ? truncated(real) : fallback;
    }
    if (!PyValues.isString(value)) {
      return fallback;
    }
    String text = PyText.strip(PyValues.string(value));
    if (text.matches("[+-]?\\d+(_\\d+)*")) {
      return PyNumbers.normal(new BigInteger(text.replace("_", "").replaceFirst("^\\+", "")));
    }
    Object real = parsed(text);
    return real instanceof Double number && Double.isFinite(number) ? truncated(number) : fallback;
  }

  private static Object truncated(double value) {
    return PyNumbers.normal(new BigDecimal(value).toBigInteger());
  }

  static Object toFloat(Object value, Arguments arguments) {
    arguments.only("float", "default");
    PyValues.requireDefined(value);
    if (PyNumbers.isNumber(value)) {
      return PyNumbers.real(value);
    }
    Object real =
        PyValues.isString(value) ? parsed(PyText.strip(PyValues.string(value))) : None.NONE;
    return real == None.NONE ? arguments.get(0, "default", 0.0) : real;
  }

  private static Object parsed(String text) {
    if (text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
      return Double.valueOf(text);
    }
    return switch (PyText.lower(text).replaceFirst("^[+]", "")) {
      case "inf", "infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      case "nan", "-nan" -> Double.NaN;
      default -> None.NONE;
    };
  }

  static Object round(Object value, Arguments arguments) {
    arguments.only("round", "precision", "method");
    int precision = PyNumbers.index(arguments.get(0, "precision", 0L), "precision");
    String method = PyValues.text(arguments.get(1, "method", "common"));
    PyValues.requireDefined(value);
    if (!PyNumbers.isNumber(value)) {
      throw new TemplateException("round needs a number, not " + PyValues.type(value));
    }
    if (!method.equals("common")) {
      throw TemplateException.unsupported("the filter round with method '" + method + "'");
    }
    if (PyNumbers.isInteger(value)) {
      return PyNumbers.normal(
          rounded(new BigDecimal(PyNumbers.big(value)), precision).toBigInteger());
    }
    double real = PyNumbers.real(value);
    return Double.isFinite(real) ? rounded(new BigDecimal(real), precision).doubleValue() : real;
  }

  private static BigDecimal rounded(BigDecimal value, int precision) {
    // No double has a digit beyond these places.
    int limited = Math.max(-400, Math.min(1100, precision));
    return value.setScale(limited, RoundingMode.HALF_EVEN);
  }

  static Object sum(Object value, Arguments arguments) {
    arguments.only("sum", "attribute", "start");
    Object total = arguments.get(1, "start", 0L);
    Object attribute = arguments.get(0, "attribute", None.NONE);
    for (Object item : PyValues.items(value)) {
      Object part = attribute == None.NONE ? item : SequenceFilters.member(item, attribute);
      total = Operators.binary("+", total, part);
    }
    return total;
  }
}
