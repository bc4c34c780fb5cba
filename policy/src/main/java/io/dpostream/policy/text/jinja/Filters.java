package io.dpostream.policy.text.jinja;

import java.util.Map;
import java.util.Set;

/** Jinja's filters by name, {@code value|name(arguments)}. */
final class Filters {

  /** A filter; some call other filters or tests by name. */
  @FunctionalInterface
  interface Filter {
    Object apply(Object value, Arguments arguments);
  }

  private static final Map<String, Filter> FILTERS =
      Map.ofEntries(
          Map.entry("abs", NumberFilters::abs),
          Map.entry("float", NumberFilters::toFloat),
          Map.entry("int", NumberFilters::toInt),
          Map.entry("round", NumberFilters::round),
          Map.entry("sum", NumberFilters::sum),
          Map.entry("capitalize", TextFilters::capitalize),
          Map.entry("e", TextFilters::escape),
          Map.entry("escape", TextFilters::escape),
          Map.entry("format", TextFilters::format),
          Map.entry("forceescape", TextFilters::forceEscape),
          Map.entry("indent", TextFilters::indent),
          Map.entry("lower", TextFilters::lower),
          Map.entry("replace", TextFilters::replace),
          Map.entry("safe", TextFilters::safe),
          Map.entry("string", TextFilters::string),
          Map.entry("title", TextFilters::title),
          Map.entry("tojson", TextFilters::toJson),
          Map.entry("trim", TextFilters::trim),
          Map.entry("upper", TextFilters::upper),
          Map.entry("attr", SequenceFilters::attribute),
          Map.entry("batch", SequenceFilters::batch),
          Map.entry("count", SequenceFilters::length),
          Map.entry("d", SequenceFilters::fallback),
          Map.entry("default", SequenceFilters::fallback),
          Map.entry("dictsort", SequenceFilters::dictSort),
          Map.entry("first", SequenceFilters::first),
          Map.entry("items", SequenceFilters::entries),
          Map.entry("join", SequenceFilters::join),
          Map.entry("last", SequenceFilters::last),
          Map.entry("length", SequenceFilters::length),
          Map.entry("list", SequenceFilters::list),
          Map.entry("map", SequenceFilters::map),
          Map.entry("max", SequenceFilters::max),
          Map.entry("min", SequenceFilters::min),
          Map.entry("reject", (v, a) -> SequenceFilters.select(v, a, false)),
          Map.entry("rejectattr", (v, a) -> SequenceFilters.selectAttribute(v, a, false)),
          Map.entry("reverse", SequenceFilters::reverse),
          Map.entry("select", (v, a) -> SequenceFilters.select(v, a, true)),
          Map.entry("selectattr", (v, a) -> SequenceFilters.selectAttribute(v, a, true)),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("unique", SequenceFilters::unique));

  private static final Set<String> UNSUPPORTED =
      Set.of(
          "center",
          "filesizeformat",
          "groupby",
          "pprint",
          "random",
          "slice",
          "striptags",
          "truncate",
          "urlencode",
          "urlize",
          "wordcount",
          "wordwrap",
          "xmlattr");

  private Filters() {}

  static Object apply(String name, Object value, Arguments arguments) {
    Filter filter = FILTERS.get(name);
    if (filter != null) {
      return filter.apply(value, arguments);
    }
    throw UNSUPPORTED.contains(name)
        ? TemplateException.unsupported("the filter '" + name + "'")
        : new TemplateException("no filter named '" + name + "'");
  }
}
