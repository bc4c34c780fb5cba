package io.dpostream.policy.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that return text. */
final class TextFilters {
  private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+");
  private static final Pattern PLACEHOLDER = Pattern.compile("%(?:%|([sdir])|\\.(\\d)f|(.?))");

  private TextFilters() {}

  static Object upper(Object value, Arguments arguments) {
    return changed(value, arguments.only("upper"), PyText::upper);
  }

  static Object lower(Object value, Arguments arguments) {
    return changed(value, arguments.only("lower"), PyText::lower);
  }

  static Object capitalize(Object value, Arguments arguments) {
    return changed(value, arguments.only("capitalize"), PyText::capitalize);
  }

  /** A safe str stays safe. */
  private static Object changed(Object value, Arguments unused, UnaryOperator<String> change) {
    String text = change.apply(PyValues.text(value));
    return value instanceof Markup ? new Markup(text) : text;
  }

  static Object title(Object value, Arguments arguments) {
    arguments.only("title");
    return titled(PyValues.text(value));
  }

  private static String titled(String text) {
    StringBuilder out = new StringBuilder();
    Matcher separators = WORD_START.matcher(text);
    int from = 0;
    while (separators.find()) {
      out.append(word(text.substring(from, separators.start()))).append(separators.group());
      from = separators.end();
    }
    return out.append(word(text.substring(from))).toString();
  }

  private static String word(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = Character.charCount(word.codePointAt(0));
    return PyText.upper(word.substring(0, first)) + PyText.lower(word.substring(first));
  }

  static Object string(Object value, Arguments arguments) {
    arguments.only("string");
    return value instanceof Markup ? value : PyValues.text(value);
  }

  static Object safe(Object value, Arguments arguments) {
    arguments.only("safe");
    return new Markup(PyValues.text(value));
  }

  static Object escape(Object value, Arguments arguments) {
    arguments.only("escape");
    return new Markup(Markup.escaped(value));
  }

  static Object forceEscape(Object value, Arguments arguments) {
    arguments.only("forceescape");
    return new Markup(Markup.escaped(PyValues.text(value)));
  }

  static Object trim(Object value, Arguments arguments) {
    Object characters = arguments.only("trim", "chars").get(0, "chars", None.NONE);
    Arguments passed = new Arguments(List.of(characters), Map.of());
    Object text = value instanceof Markup ? value : PyValues.text(value);
    return StringMethods.bound(text, "strip").call(passed);
  }

  static Object replace(Object value, Arguments arguments) {
    arguments.only("replace", "old", "new", "count");
    Object limit = arguments.get(2, "count", None.NONE);
    return PyText.replace(
        PyValues.text(value),
        PyValues.text(arguments.require(0, "old", "replace")),
        PyValues.text(arguments.require(1, "new", "replace")),
        limit == None.NONE ? -1 : PyNumbers.index(limit, "count"));
  }

  static Object indent(Object value, Arguments arguments) {
    arguments.only("indent", "width", "first", "blank");
    Object width = arguments.get(0, "width", 4L);
    String indent = PyValues.isString(width) ? PyValues.string(width) : blanks(width, "width");
    boolean blank = PyValues.truth(arguments.get(2, "blank", false));
    if (!PyValues.isString(value)) {
      PyValues.requireDefined(value);
      throw new TemplateException("indent needs a str, not " + PyValues.type(value));
    }
    List<String> lines = PyText.lines(PyValues.string(value) + "\n", false);
    PyText.requireLength(PyValues.string(value).length() + (long) lines.size() * indent.length());
    StringBuilder out = new StringBuilder();
    if (PyValues.truth(arguments.get(1, "first", false))) {
      out.append(indent);
    }
    out.append(lines.get(0));
    for (String line : lines.subList(1, lines.size())) {
      out.append('\n').append(line.isEmpty() && !blank ? "" : indent).append(line);
    }
    return value instanceof Markup ? new Markup(out.toString()) : out.toString();
  }

  private static String blanks(Object count, String what) {
    int blanks = Math.max(0, PyNumbers.index(count, what));
    PyText.requireLength(blanks);
    return " ".repeat(blanks);
  }

  static Object toJson(Object value, Arguments arguments) {
    arguments.only("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    Object indent = arguments.get(1, "indent", None.NONE);
    Object separators = arguments.get(2, "separators", None.NONE);
    Optional<String> unit = Optional.empty();
    if (indent != None.NONE) {
      unit =
          Optional.of(
              PyValues.isString(indent) ? PyValues.string(indent) : blanks(indent, "indent"));
    }
    String comma = unit.isPresent() ? "," : ", ";
    String colon = ": ";
    if (separators != None.NONE) {
      List<Object> both = PyValues.items(separators);
      if (both.size() != 2) {
        throw new TemplateException("tojson needs two separators");
      }
      comma = PyValues.text(both.get(0));
      colon = PyValues.text(both.get(1));
    }
    boolean ascii = PyValues.truth(arguments.get(0, "ensure_ascii", false));
    boolean sorted = PyValues.truth(arguments.get(3, "sort_keys", false));
    return new JsonText(ascii, unit, comma, colon, sorted).of(value);
  }

  static Object format(Object value, Arguments arguments) {
    if (!arguments.named().isEmpty()) {
      throw TemplateException.unsupported("the filter format with names");
    }
    return percent(PyValues.text(value), arguments.positional());
  }

  /** {@code format % values}. */
  static String percent(String format, List<Object> values) {
    StringBuilder out = new StringBuilder();
    List<Object> rest = new ArrayList<>(values);
    Matcher placeholder = PLACEHOLDER.matcher(format);
    int from = 0;
    while (placeholder.find()) {
      out.append(format, from, placeholder.start());
      from = placeholder.end();
      if (placeholder.group().equals("%%")) {
        out.append('%');
        continue;
      }
      if (placeholder.group(3) != null) {
        throw TemplateException.unsupported("the placeholder '" + placeholder.group() + "'");
      }
      if (rest.isEmpty()) {
        throw new TemplateException("not enough arguments for format string");
      }
      out.append(filled(placeholder, rest.remove(0)));
    }
    if (!rest.isEmpty()) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return out.append(format.substring(from)).toString();
  }

  private static String filled(Matcher placeholder, Object value) {
    if (placeholder.group(2) != null) {
      requireNumber(value, "f");
      int digits = Integer.parseInt(placeholder.group(2));
      return new BigDecimal(PyNumbers.real(value))
          .setScale(digits, RoundingMode.HALF_EVEN)
          .toPlainString();
    }
    return switch (placeholder.group(1)) {
      case "s" -> PyValues.text(value);
      case "r" -> PyValues.repr(value);
      default -> {
        requireNumber(value, "d");
        yield PyValues.text(NumberFilters.toInt(value, Arguments.NONE));
      }
    };
  }

  private static void requireNumber(Object value, String placeholder) {
    if (!PyNumbers.isNumber(value)) {
      PyValues.requireDefined(value);
      throw new TemplateException(
          "%%%s format: a number is required, not %s".formatted(placeholder, PyValues.type(value)));
    }
  }
}
