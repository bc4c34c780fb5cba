package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evaluated arguments of a call.
 *
 * @param named in the order given
 */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /**
   * Refuses arguments beyond a function's parameters.
   *
   * @param function shown in the message
   * @param parameters the names, in order
   */
  Arguments only(String function, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new TemplateException(
          function
              + " takes at most "
              + parameters.length
              + " arguments, not "
              + positional.size());
    }
    List<String> known = List.of(parameters);
    for (String name : named.keySet()) {
      int at = known.indexOf(name);
      if (at < 0) {
        throw new TemplateException(function + " has no parameter '" + name + "'");
      }
      if (at < positional.size()) {
        throw new TemplateException(function + " got '" + name + "' twice");
      }
    }
    return this;
  }

  /** An argument by its place or name. */
  Optional<Object> find(int place, String name) {
    return place < positional.size()
        ? Optional.of(positional.get(place))
        : Optional.ofNullable(named.get(name));
  }

  Object get(int place, String name, Object fallback) {
    return find(place, name).orElse(fallback);
  }

  Object require(int place, String name, String function) {
    return find(place, name)
        .orElseThrow(() -> new TemplateException(function + " needs the argument '" + name + "'"));
  }

  /** These arguments without the first so many positional ones. */
  Arguments from(int count) {
    return new Arguments(
        positional.subList(Math.min(count, positional.size()), positional.size()), named);
  }

  /** These arguments with one more before all others. */
  Arguments withFirst(Object first) {
    List<Object> all = new ArrayList<>();
    all.add(first);
    all.addAll(positional);
    return new Arguments(all, named);
  }
}
