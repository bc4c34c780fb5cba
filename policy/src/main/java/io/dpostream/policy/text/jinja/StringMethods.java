package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;

/** Methods of Python's str. */
final class StringMethods {
  private static final Map<String, BiFunction<String, Arguments, Object>> METHODS =
      Map.ofEntries(
          Map.entry("upper", (s, a) -> PyText.upper(none(a, "upper", s))),
          Map.entry("lower", (s, a) -> PyText.lower(none(a, "lower", s))),
          Map.entry("title", (s, a) -> PyText.title(none(a, "title", s))),
          Map.entry("capitalize", (s, a) -> PyText.capitalize(none(a, "capitalize", s))),
          Map.entry("strip", (s, a) -> strip(s, a, "strip", true, true)),
          Map.entry("lstrip", (s, a) -> strip(s, a, "lstrip", true, false)),
          Map.entry("rstrip", (s, a) -> strip(s, a, "rstrip", false, true)),
          Map.entry("split", StringMethods::split),
          Map.entry("rsplit", StringMethods::rsplit),
          Map.entry("splitlines", StringMethods::splitlines),
          Map.entry("join", StringMethods::join),
          Map.entry("replace", StringMethods::replace),
          Map.entry("startswith", (s, a) -> affix(s, a, "startswith", true)),
          Map.entry("endswith", (s, a) -> affix(s, a, "endswith", false)),
          Map.entry("find", (s, a) -> find(s, a, "find")),
          Map.entry("rfind", (s, a) -> find(s, a, "rfind")),
          Map.entry("index", (s, a) -> index(s, a)),
          Map.entry("count", StringMethods::count),
          Map.entry("removeprefix", (s, a) -> remove(s, a, true)),
          Map.entry("removesuffix", (s, a) -> remove(s, a, false)),
          Map.entry("partition", (s, a) -> partition(s, a, false)),
          Map.entry("rpartition", (s, a) -> partition(s, a, true)),
          Map.entry("zfill", StringMethods::zfill),
          Map.entry("isspace", (s, a) -> all(none(a, "isspace", s), PyText::isSpace)),
          Map.entry("isalpha", (s, a) -> all(none(a, "isalpha", s), Character::isLetter)),
          Map.entry("isdecimal", (s, a) -> all(none(a, "isdecimal", s), Character::isDigit)),
          Map.entry("isupper", (s, a) -> cased(none(a, "isupper", s), true)),
          Map.entry("islower", (s, a) -> cased(none(a, "islower", s), false)));

  /** Methods that Python has and that are refused by name. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "center",
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "isalnum",
          "isascii",
          "isdigit",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "ljust",
          "maketrans",
          "rindex",
          "rjust",
          "swapcase",
          "translate");

  private StringMethods() {}

  static boolean has(String name) {
    return METHODS.containsKey(name) || UNSUPPORTED.contains(name);
  }

  /** A method of a str; what a safe str gives back is safe too. */
  static Callable bound(Object receiver, String name) {
    BiFunction<String, Arguments, Object> method = METHODS.get(name);
    if (method == null) {
      throw TemplateException.unsupported("the method " + name + " of str");
    }
    if (receiver instanceof Markup markup) {
      return arguments -> safe(method.apply(markup.text(), escaped(arguments)));
    }
    return arguments -> method.apply((String) receiver, arguments);
  }

  private static Arguments escaped(Arguments arguments) {
    List<Object> escaped = new ArrayList<>();
    arguments.positional().forEach(a -> escaped.add(PyValues.isString(a) ? Markup.escaped(a) : a));
    return new Arguments(escaped, arguments.named());
  }

  private static Object safe(Object result) {
    if (result instanceof String text) {
      return new Markup(text);
    }
    if (result instanceof List<?> list) {
      return list.stream().map(StringMethods::safe).toList();
    }
    return result instanceof Tuple tuple
        ? new Tuple(tuple.items().stream().map(StringMethods::safe).toList())
        : result;
  }

  private static String none(Arguments arguments, String method, String receiver) {
    arguments.only(method);
    return receiver;
  }

  private static String string(Object value, String method) {
    if (!PyValues.isString(value)) {
      PyValues.requireDefined(value);
      throw new TemplateException(method + " needs a str, not " + PyValues.type(value));
    }
    return PyValues.string(value);
  }

  private static Object strip(
      String text, Arguments arguments, String method, boolean left, boolean right) {
    Object given = arguments.only(method, "chars").get(0, "chars", None.NONE);
    IntPredicate dropped = given == None.NONE ? PyText::isSpace : oneOf(string(given, method));
    String stripped = left ? PyText.stripLeft(text, dropped) : text;
    return right ? PyText.stripRight(stripped, dropped) : stripped;
  }

  static IntPredicate oneOf(String characters) {
    return c -> characters.indexOf(c) >= 0;
  }

  private static Object split(String text, Arguments arguments) {
    arguments.only("split", "sep", "maxsplit");
    Object separator = arguments.get(0, "sep", None.NONE);
    int limit = PyNumbers.index(arguments.get(1, "maxsplit", -1L), "maxsplit");
    return objects(
        separator == None.NONE
            ? PyText.splitOnSpace(text, limit)
            : PyText.split(text, string(separator, "split"), limit));
  }

  private static Object rsplit(String text, Arguments arguments) {
    arguments.only("rsplit", "sep", "maxsplit");
    Object separator = arguments.get(0, "sep", None.NONE);
    int limit = PyNumbers.index(arguments.get(1, "maxsplit", -1L), "maxsplit");
    if (separator == None.NONE) {
      if (limit >= 0) {
        throw TemplateException.unsupported("rsplit on white space with a limit");
      }
      return objects(PyText.splitOnSpace(text, limit));
    }
    return objects(PyText.splitFromRight(text, string(separator, "rsplit"), limit));
  }

  private static Object splitlines(String text, Arguments arguments) {
    arguments.only("splitlines", "keepends");
    return objects(PyText.lines(text, PyValues.truth(arguments.get(0, "keepends", false))));
  }

  private static List<Object> objects(List<String> texts) {
    return new ArrayList<>(texts);
  }

  private static Object join(String separator, Arguments arguments) {
    StringBuilder out = new StringBuilder();
    String between = "";
    for (Object item :
        PyValues.items(arguments.only("join", "iterable").require(0, "iterable", "join"))) {
      out.append(between).append(string(item, "join"));
      between = separator;
    }
    return out.toString();
  }

  private static Object replace(String text, Arguments arguments) {
    arguments.only("replace", "old", "new", "count");
    return PyText.replace(
        text,
        string(arguments.require(0, "old", "replace"), "replace"),
        string(arguments.require(1, "new", "replace"), "replace"),
        PyNumbers.index(arguments.get(2, "count", -1L), "count"));
  }

  private static Object affix(String text, Arguments arguments, String method, boolean start) {
    arguments.only(method, "affix");
    Object given = arguments.require(0, "affix", method);
    List<Object> affixes = given instanceof Tuple tuple ? tuple.items() : List.of(given);
    return affixes.stream()
        .map(affix -> string(affix, method))
        .anyMatch(affix -> start ? text.startsWith(affix) : text.endsWith(affix));
  }

  private static long find(String text, Arguments arguments, String method) {
    arguments.only(method, "sub");
    String sought = string(arguments.require(0, "sub", method), method);
    int at = method.equals("rfind") ? text.lastIndexOf(sought) : text.indexOf(sought);
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private static Object index(String text, Arguments arguments) {
    long at = find(text, arguments, "index");
    if (at < 0) {
      throw new TemplateException("substring not found");
    }
    return at;
  }

  private static Object count(String text, Arguments arguments) {
    String sought = string(arguments.only("count", "sub").require(0, "sub", "count"), "count");
    return sought.isEmpty()
        ? text.codePointCount(0, text.length()) + 1L
        : PyText.split(text, sought, -1).size() - 1L;
  }

  private static Object remove(String text, Arguments arguments, boolean start) {
    String method = start ? "removeprefix" : "removesuffix";
    String affix = string(arguments.only(method, "affix").require(0, "affix", method), method);
    if (start) {
      return text.startsWith(affix) ? text.substring(affix.length()) : text;
    }
    return text.endsWith(affix) ? text.substring(0, text.length() - affix.length()) : text;
  }

  private static Object partition(String text, Arguments arguments, boolean last) {
    String method = last ? "rpartition" : "partition";
    String separator = string(arguments.only(method, "sep").require(0, "sep", method), method);
    if (separator.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  private static Object zfill(String text, Arguments arguments) {
    int width =
        PyNumbers.index(arguments.only("zfill", "width").require(0, "width", "zfill"), "width");
    PyText.requireLength(width);
    int missing = width - (int) PyValues.length(text);
    if (missing <= 0) {
      return text;
    }
    boolean signed = text.startsWith("-") || text.startsWith("+");
    int sign = signed ? 1 : 0;
    return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
  }

  private static boolean all(String text, IntPredicate predicate) {
    return !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  private static boolean cased(String text, boolean upper) {
    boolean any =
        text.codePoints()
            .anyMatch(c -> upper ? Character.isUpperCase(c) : Character.isLowerCase(c));
    return any
        && text.codePoints()
            .noneMatch(
                c ->
                    Character.isTitleCase(c)
                        || (upper ? Character.isLowerCase(c) : Character.isUpperCase(c)));
  }
}
