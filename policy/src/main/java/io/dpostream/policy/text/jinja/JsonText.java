package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Formats values like Python's {@code json.dumps}.
 *
 * @param ascii whether other characters are escaped
 * @param indent before a nested value, once per level; none for a single line
 */
record JsonText(
    boolean ascii, Optional<String> indent, String comma, String colon, boolean sorted) {

  String of(Object value) {
    StringBuilder out = new StringBuilder();
    append(value, 0, out);
    return out.toString();
  }

  private void append(Object value, int depth, StringBuilder out) {
    if (PyValues.isString(value)) {
      quote(PyValues.string(value), out);
    } else if (value == None.NONE) {
      out.append("null");
    } else if (value instanceof Boolean truth) {
      out.append(truth ? "true" : "false");
    } else if (value instanceof Double real) {
      out.append(number(real));
    } else if (PyNumbers.isInteger(value)) {
      out.append(value);
    } else if (value instanceof Map<?, ?> map) {
      entries(map, depth, out);
    } else if (value instanceof List || value instanceof Tuple) {
      items(PyValues.items(value), depth, out);
    } else {
      throw new TemplateException(
          "an object of type " + PyValues.type(value) + " is not JSON serializable");
    }
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value)
        ? (value > 0 ? "Infinity" : "-Infinity")
        : PyNumbers.text(value);
  }

  private void items(List<Object> items, int depth, StringBuilder out) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      separate(i, depth + 1, out);
      append(items.get(i), depth + 1, out);
    }
    newLine(depth, out);
    out.append(']');
  }

  private void entries(Map<?, ?> map, int depth, StringBuilder out) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    int i = 0;
    for (Map.Entry<?, ?> entry : ordered(map)) {
      separate(i++, depth + 1, out);
      quote(key(entry.getKey()), out);
      out.append(colon);
      append(entry.getValue(), depth + 1, out);
    }
    newLine(depth, out);
    out.append('}');
  }

  private List<Map.Entry<?, ?>> ordered(Map<?, ?> map) {
    if (!sorted) {
      return new ArrayList<>(map.entrySet());
    }
    TreeMap<Object, Object> inOrder = new TreeMap<>((a, b) -> PyValues.compare(a, b, "<"));
    inOrder.putAll(map);
    return new ArrayList<>(inOrder.entrySet());
  }

  private String key(Object key) {
    if (PyValues.isString(key)) {
      return PyValues.string(key);
    }
    if (key == None.NONE || PyNumbers.isInteger(key)) {
      return new JsonText(ascii, indent, comma, colon, sorted).of(key);
    }
    throw new TemplateException(
        "keys must be str, int, float, bool or None, not " + PyValues.type(key));
  }

  private void separate(int place, int depth, StringBuilder out) {
    if (place > 0) {
      out.append(comma);
    }
    newLine(depth, out);
  }

  private void newLine(int depth, StringBuilder out) {
    PyText.requireLength(out.length() + (long) depth * indent.map(String::length).orElse(0));
    indent.ifPresent(one -> out.append('\n').append(one.repeat(depth)));
  }

  private void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
