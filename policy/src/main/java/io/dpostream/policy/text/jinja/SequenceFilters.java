package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Filters on lists, dicts and other iterable values. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Object length(Object value, Arguments arguments) {
    arguments.only("length");
    return PyValues.length(value);
  }

  static Object list(Object value, Arguments arguments) {
    arguments.only("list");
    return PyValues.items(value);
  }

  static Object first(Object value, Arguments arguments) {
    arguments.only("first");
    Iterator<Object> items =
        value instanceof Generator generator ? generator.rest() : PyValues.items(value).iterator();
    return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
  }

  static Object last(Object value, Arguments arguments) {
    arguments.only("last");
    if (value instanceof Generator) {
      throw new TemplateException("'generator' object is not reversible");
    }
    List<Object> items = PyValues.items(value);
    return items.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : items.get(items.size() - 1);
  }

  static Object reverse(Object value, Arguments arguments) {
    arguments.only("reverse");
    if (PyValues.isString(value)) {
      return new StringBuilder(PyValues.string(value)).reverse().toString();
    }
    List<Object> items = new ArrayList<>(PyValues.items(value));
    Collections.reverse(items);
    return new Generator(items);
  }

  static Object fallback(Object value, Arguments arguments) {
    arguments.only("default", "default_value", "boolean");
    boolean falseToo = PyValues.truth(arguments.get(1, "boolean", false));
    boolean absent = value instanceof Undefined || (falseToo && !PyValues.truth(value));
    return absent ? arguments.get(0, "default_value", "") : value;
  }

  static Object entries(Object value, Arguments arguments) {
    arguments.only("items");
    if (value instanceof Undefined) {
      return new Generator(List.of());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateException("Can only get item pairs from a mapping.");
    }
    return new Generator(Attributes.entries(map));
  }

  static Object attribute(Object value, Arguments arguments) {
    arguments.only("attr", "name");
    throw TemplateException.unsupported("the filter 'attr'");
  }

  static Object batch(Object value, Arguments arguments) {
    arguments.only("batch", "linecount", "fill_with");
    int size = PyNumbers.index(arguments.require(0, "linecount", "batch"), "linecount");
    if (size < 1) {
      throw new TemplateException("batch needs a positive number of items");
    }
    PyText.requireLength(size);
    Object filler = arguments.get(1, "fill_with", None.NONE);
    List<Object> batches = new ArrayList<>();
    List<Object> items = PyValues.items(value);
    for (int from = 0; from < items.size(); from += size) {
      List<Object> batch =
          new ArrayList<>(items.subList(from, Math.min(items.size(), from + size)));
      while (filler != None.NONE && batch.size() < size) {
        batch.add(filler);
      }
      batches.add(batch);
    }
    return new Generator(batches);
  }

  static Object join(Object value, Arguments arguments) {
    arguments.only("join", "d", "attribute");
    String separator = PyValues.text(arguments.get(0, "d", ""));
    Object attribute = arguments.get(1, "attribute", None.NONE);
    StringBuilder out = new StringBuilder();
    String between = "";
    for (Object item : PyValues.items(value)) {
      Object part = attribute == None.NONE ? item : member(item, attribute);
      out.append(between).append(PyValues.text(part));
      between = separator;
    }
    return out.toString();
  }

  static Object map(Object value, Arguments arguments) {
    List<Object> mapped = new ArrayList<>();
    if (!PyValues.truth(value)) {
      return new Generator(mapped);
    }
    if (arguments.positional().isEmpty()) {
      Object attribute = arguments.require(0, "attribute", "map");
      arguments.only("map", "attribute", "default");
      for (Object item : PyValues.items(value)) {
        Object member = member(item, attribute);
        boolean absent = member instanceof Undefined && arguments.named().containsKey("default");
        mapped.add(absent ? arguments.get(1, "default", None.NONE) : member);
      }
      return new Generator(mapped);
    }
    String filter = PyValues.text(arguments.positional().get(0));
    for (Object item : PyValues.items(value)) {
      mapped.add(Filters.apply(filter, item, arguments.from(1)));
    }
    return new Generator(mapped);
  }

  static Object select(Object value, Arguments arguments, boolean wanted) {
    return filtered(value, test(arguments), wanted);
  }

  static Object selectAttribute(Object value, Arguments arguments, boolean wanted) {
    Object attribute = arguments.require(0, "attribute", "selectattr");
    Predicate<Object> test = test(arguments.from(1));
    return filtered(value, item -> test.test(member(item, attribute)), wanted);
  }

  private static Object filtered(Object value, Predicate<Object> test, boolean wanted) {
    List<Object> chosen =
        PyValues.truth(value) ? new ArrayList<>(PyValues.items(value)) : new ArrayList<>();
    chosen.removeIf(item -> test.test(item) != wanted);
    return new Generator(chosen);
  }

  private static Predicate<Object> test(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      return PyValues::truth;
    }
    String name = PyValues.text(arguments.positional().get(0));
    return item -> JinjaTests.holds(name, item, arguments.from(1));
  }

  /** An attribute by its name, by a path with dots, or by its place. */
  static Object member(Object item, Object path) {
    if (!PyValues.isString(path)) {
      return Attributes.at(item, path);
    }
    Object member = item;
    for (String part : PyText.split(PyValues.string(path), ".", -1)) {
      member =
          Attributes.at(member, part.matches("\\d{1,18}") ? (Object) Long.valueOf(part) : part);
    }
    return member;
  }

  static Object sort(Object value, Arguments arguments) {
    arguments.only("sort", "reverse", "case_sensitive", "attribute");
    Object attribute = arguments.get(2, "attribute", None.NONE);
    if (PyValues.isString(attribute) && PyValues.string(attribute).contains(",")) {
      throw TemplateException.unsupported("the filter sort by several attributes");
    }
    boolean exact = PyValues.truth(arguments.get(1, "case_sensitive", false));
    return sorted(
        PyValues.items(value),
        item -> key(attribute == None.NONE ? item : member(item, attribute), exact),
        PyValues.truth(arguments.get(0, "reverse", false)));
  }

  static Object dictSort(Object value, Arguments arguments) {
    arguments.only("dictsort", "case_sensitive", "by", "reverse");
    PyValues.requireDefined(value);
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateException("dictsort needs a dict, not " + PyValues.type(value));
    }
    boolean exact = PyValues.truth(arguments.get(0, "case_sensitive", false));
    String by = PyValues.text(arguments.get(1, "by", "key"));
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateException("You can only sort by either \"key\" or \"value\"");
    }
    int place = by.equals("key") ? 0 : 1;
    return sorted(
        Attributes.entries(map),
        entry -> key(((Tuple) entry).items().get(place), exact),
        PyValues.truth(arguments.get(2, "reverse", false)));
  }

  private static List<Object> sorted(
      List<Object> items, UnaryOperator<Object> key, boolean reverse) {
    Comparator<Object> order = (a, b) -> PyValues.compare(key.apply(a), key.apply(b), "<");
    List<Object> sorted = new ArrayList<>(items);
    sorted.sort(reverse ? order.reversed() : order);
    return sorted;
  }

  private static Object key(Object value, boolean exact) {
    return !exact && PyValues.isString(value) ? PyText.lower(PyValues.string(value)) : value;
  }

  static Object unique(Object value, Arguments arguments) {
    arguments.only("unique", "case_sensitive", "attribute");
    boolean exact = PyValues.truth(arguments.get(0, "case_sensitive", false));
    Object attribute = arguments.get(1, "attribute", None.NONE);
    List<Object> keys = new ArrayList<>();
    List<Object> unique = new ArrayList<>();
    for (Object item : PyValues.items(value)) {
      Object key = key(attribute == None.NONE ? item : member(item, attribute), exact);
      requireHashable(key);
      if (keys.stream().noneMatch(seen -> PyValues.equal(seen, key))) {
        keys.add(key);
        unique.add(item);
      }
    }
    return new Generator(unique);
  }

  private static void requireHashable(Object key) {
    if (key instanceof List || key instanceof Map) {
      throw new TemplateException("unhashable type: '" + PyValues.type(key) + "'");
    }
  }

  static Object max(Object value, Arguments arguments) {
    return extreme(value, arguments, "max", 1);
  }

  static Object min(Object value, Arguments arguments) {
    return extreme(value, arguments, "min", -1);
  }

  private static Object extreme(Object value, Arguments arguments, String name, int sign) {
    arguments.only(name, "case_sensitive", "attribute");
    boolean exact = PyValues.truth(arguments.get(0, "case_sensitive", false));
    Object attribute = arguments.get(1, "attribute", None.NONE);
    List<Object> items = PyValues.items(value);
    if (items.isEmpty()) {
      return new Undefined("No aggregated item, sequence was empty.");
    }
    Object best = items.get(0);
    for (Object item : items.subList(1, items.size())) {
      Object key = key(attribute == None.NONE ? item : member(item, attribute), exact);
      Object bestKey = key(attribute == None.NONE ? best : member(best, attribute), exact);
      if (sign * PyValues.compare(key, bestKey, sign > 0 ? ">" : "<") > 0) {
        best = item;
      }
    }
    return best;
  }
}
