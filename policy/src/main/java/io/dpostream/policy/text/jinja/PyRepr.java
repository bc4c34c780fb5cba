package io.dpostream.policy.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** {@code repr()} of Python. */
final class PyRepr {
  private PyRepr() {}

  static void append(Object value, StringBuilder out) {
    if (value instanceof String text) {
      quote(text, out);
    } else if (value instanceof Markup markup) {
      out.append("Markup(");
      quote(markup.text(), out);
      out.append(')');
    } else if (value instanceof Boolean truth) {
      out.append(truth ? "True" : "False");
    } else if (value instanceof Double real) {
      out.append(PyNumbers.text(real));
    } else if (PyNumbers.isInteger(value)) {
      out.append(value);
    } else if (value == None.NONE) {
      out.append("None");
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else if (value instanceof List<?> list) {
      items(list, "[", "]", out);
    } else if (value instanceof Tuple tuple) {
      items(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", out);
    } else if (value instanceof Map<?, ?> map) {
      entries(map, out);
    } else if (value instanceof ViewOrRange view) {
      out.append(view.repr());
    } else {
      throw TemplateException.unsupported("printing a " + PyValues.type(value));
    }
  }

  private static void items(List<?> items, String open, String close, StringBuilder out) {
    out.append(open);
    String separator = "";
    for (Object item : items) {
      out.append(separator);
      append(item, out);
      separator = ", ";
    }
    out.append(close);
  }

  private static void entries(Map<?, ?> map, StringBuilder out) {
    out.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<?, ?> entry = i.next();
      append(entry.getKey(), out);
      out.append(": ");
      append(entry.getValue(), out);
      if (i.hasNext()) {
        out.append(", ");
      }
    }
    out.append('}');
  }

  private static void quote(String text, StringBuilder out) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    out.append(quote);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                  if (c == quote) {
                    out.append('\\').append(quote);
                  } else if (isPrintable(c)) {
                    out.appendCodePoint(c);
                  } else {
                    out.append(
                        (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
                  }
                }
              }
            });
    out.append(quote);
  }

  private static boolean isPrintable(int c) {
    if (c < 0x7f) {
      return c >= ' ';
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
