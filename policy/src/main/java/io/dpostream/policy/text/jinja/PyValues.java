package io.dpostream.policy.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Implements Python's operations on values of any type. A str is a {@link String} or {@link
 * Markup}, a list a {@link List}, a dict a {@link Map} in its order; the other types have classes
 * of this package.
 */
final class PyValues {
  private PyValues() {}

  static boolean truth(Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Markup markup) {
      return !markup.text().isEmpty();
    }
    if (PyNumbers.isNumber(value)) {
      return PyNumbers.real(value) != 0;
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (value instanceof Tuple tuple) {
      return !tuple.items().isEmpty();
    }
    if (value instanceof ViewOrRange view) {
      return !view.items().isEmpty();
    }
    return !(value instanceof Undefined || value == None.NONE);
  }

  static boolean isString(Object value) {
    return value instanceof String || value instanceof Markup;
  }

  /** The characters of a str. */
  static String string(Object value) {
    return value instanceof Markup markup ? markup.text() : (String) value;
  }

  /** {@code str(value)}. */
  static String text(Object value) {
    if (isString(value)) {
      return string(value);
    }
    return value instanceof Undefined ? "" : repr(value);
  }

  /** {@code repr(value)}. */
  static String repr(Object value) {
    StringBuilder text = new StringBuilder();
    PyRepr.append(value, text);
    return text.toString();
  }

  /** The name of a value's type, as in Python's messages. */
  static String type(Object value) {
    if (isString(value)) {
      return value instanceof Markup ? "Markup" : "str";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (PyNumbers.isInteger(value)) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof List) {
      return "list";
    }
    if (value instanceof Map) {
      return "dict";
    }
    if (value == None.NONE) {
      return "NoneType";
    }
    if (value instanceof ViewOrRange view) {
      return view.isRange() ? "range" : view.name();
    }
    if (value instanceof Callable) {
      return "function";
    }
    return value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** A value as Jinja's messages name it. */
  static String described(Object value) {
    return value == None.NONE ? "None" : type(value) + " object";
  }

  static boolean equal(Object left, Object right) {
    if (PyNumbers.isNumber(left) && PyNumbers.isNumber(right)) {
      return !PyNumbers.isNaN(left)
          && !PyNumbers.isNaN(right)
          && PyNumbers.compare(left, right) == 0;
    }
    if (isString(left) && isString(right)) {
      return string(left).equals(string(right));
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return equalItems(a, b);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return equalItems(a.items(), b.items());
    }
    if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
      return a.size() == b.size()
          && a.entrySet().stream()
              .allMatch(e -> b.containsKey(e.getKey()) && equal(e.getValue(), b.get(e.getKey())));
    }
    if (left instanceof Undefined && right instanceof Undefined) {
      return true;
    }
    return left == right;
  }

  private static boolean equalItems(List<?> left, List<?> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The order of two values, negative where the first is less. */
  static int compare(Object left, Object right, String operator) {
    if (PyNumbers.isNumber(left) && PyNumbers.isNumber(right)) {
      return PyNumbers.compare(left, right);
    }
    if (isString(left) && isString(right)) {
      return PyText.compare(string(left), string(right));
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return compareItems(a, b, operator);
    }
    if (left instanceof Tuple a && right instanceof Tuple b) {
      return compareItems(a.items(), b.items(), operator);
    }
    requireDefined(left);
    requireDefined(right);
    throw new TemplateException(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, type(left), type(right)));
  }

  private static int compareItems(List<?> left, List<?> right, String operator) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return compare(left.get(i), right.get(i), operator);
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /** {@code item in container}. */
  static boolean contains(Object container, Object item) {
    if (isString(container)) {
      if (!isString(item)) {
        requireDefined(item);
        throw new TemplateException(
            "'in <string>' requires string as left operand, not " + type(item));
      }
      return string(container).contains(string(item));
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(item));
    }
    Iterator<Object> items =
        container instanceof Generator generator ? generator.rest() : items(container).iterator();
    while (items.hasNext()) {
      if (equal(items.next(), item)) {
        return true;
      }
    }
    return false;
  }

  /** A dict's key, in the one form in which equal keys are equal. */
  static Object key(Object value) {
    if (value instanceof Markup markup) {
      return markup.text();
    }
    if (value instanceof String || value instanceof Long || value instanceof BigInteger) {
      return value;
    }
    if (value == None.NONE || value instanceof Tuple || value instanceof Undefined) {
      return value;
    }
    if (PyNumbers.isNumber(value)) {
      throw TemplateException.unsupported("a dict key of type " + type(value));
    }
    throw new TemplateException("unhashable type: '" + type(value) + "'");
  }

  /**
   * The values that a loop over a value visits: characters of a str, keys of a dict, what is left
   * of a generator.
   */
  static List<Object> items(Object value) {
    if (value instanceof List<?> list) {
      return List.copyOf(list);
    }
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof ViewOrRange view) {
      return view.items();
    }
    if (value instanceof Generator generator) {
      return generator.drain();
    }
    if (value instanceof Map<?, ?> map) {
      return List.copyOf(map.keySet());
    }
    if (isString(value)) {
      List<Object> characters = new ArrayList<>();
      string(value).codePoints().forEach(c -> characters.add(Character.toString(c)));
      return characters;
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new TemplateException("'" + type(value) + "' object is not iterable");
  }

  static long length(Object value) {
    if (isString(value)) {
      String text = string(value);
      return text.codePointCount(0, text.length());
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    boolean counted =
        value instanceof List || value instanceof Tuple || value instanceof ViewOrRange;
    if (counted || value instanceof Undefined) {
      return items(value).size();
    }
    throw new TemplateException("object of type '" + type(value) + "' has no len()");
  }

  /** Fails with the reason of an undefined value. */
  static void requireDefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
  }
}
