package io.dpostream.policy.text.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can call. */
final class Globals {
  /** Longer ranges are refused, as in Jinja's sandbox. */
  private static final long LONGEST_RANGE = 100_000;

  private final Map<String, Callable> functions;

  /**
   * @param clock what {@code strftime_now} reads
   */
  Globals(Clock clock) {
    this.functions =
        Map.of(
            "range",
            Globals::range,
            "dict",
            Globals::dict,
            "namespace",
            Globals::namespace,
            "raise_exception",
            Globals::raise,
            "strftime_now",
            a -> now(clock, a),
            "cycler",
            a -> unsupported("cycler"),
            "joiner",
            a -> unsupported("joiner"),
            "lipsum",
            a -> unsupported("lipsum"));
  }

  Optional<Object> find(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  private static Object unsupported(String function) {
    throw TemplateException.unsupported("the function " + function);
  }

  private static Object range(Arguments arguments) {
    List<Object> given = arguments.only("range", "start", "stop", "step").positional();
    if (given.isEmpty() || !arguments.named().isEmpty()) {
      throw new TemplateException("range needs one to three numbers");
    }
    long first = given.size() == 1 ? 0 : bound(given.get(0));
    long stop = bound(given.get(given.size() == 1 ? 0 : 1));
    long step = given.size() == 3 ? bound(given.get(2)) : 1;
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = first; step > 0 ? i < stop : i > stop; i += step) {
      if (numbers.size() == LONGEST_RANGE) {
        throw new TemplateException("a range is longer than " + LONGEST_RANGE);
      }
      numbers.add(i);
    }
    String name =
        step == 1
            ? "range(%d, %d)".formatted(first, stop)
            : "range(%d, %d, %d)".formatted(first, stop, step);
    return new ViewOrRange(name, numbers, true);
  }

  private static long bound(Object value) {
    PyValues.requireDefined(value);
    if (!PyNumbers.isInteger(value)) {
      throw new TemplateException("the bounds of a range must be integers");
    }
    if (!(PyNumbers.normal(PyNumbers.big(value)) instanceof Long bound)
        || Math.abs(bound) > Long.MAX_VALUE / 4) {
      throw new TemplateException("a bound of a range is too large");
    }
    return bound;
  }

  private static Object dict(Arguments arguments) {
    return entries("dict", arguments);
  }

  private static Object namespace(Arguments arguments) {
    return new Namespace(entries("namespace", arguments));
  }

  private static Map<String, Object> entries(String function, Arguments arguments) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (Object positional : arguments.positional()) {
      if (!(positional instanceof Map<?, ?> map) || arguments.positional().size() > 1) {
        throw TemplateException.unsupported("the function " + function + " of other than a dict");
      }
      map.forEach((key, value) -> entries.put(PyValues.text(key), value));
    }
    entries.putAll(arguments.named());
    return entries;
  }

  private static Object raise(Arguments arguments) {
    Object message = arguments.only("raise_exception", "message").get(0, "message", "");
    throw TemplateException.refused(PyValues.text(message));
  }

  private static Object now(Clock clock, Arguments arguments) {
    Object format = arguments.only("strftime_now", "format").require(0, "format", "strftime_now");
    return Strftime.format(ZonedDateTime.now(clock), PyValues.text(format));
  }
}
