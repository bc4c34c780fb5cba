package io.dpostream.judge;

import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A judge's part of the configuration. Every getter marks its key as known; {@link #refuseUnknown}
 * then refuses what nobody asked for. Messages name the whole path of a key. Used by one thread.
 */
public final class JudgeOptions {
  private final String path;
  private final Map<String, ?> values;
  private final Set<String> known = new HashSet<>();
  private final List<JudgeOptions> sections = new ArrayList<>();

  /**
   * Options under a path.
   *
   * @param path where they stand in the configuration, for messages
   * @param values strings, numbers, booleans, lists and maps, as YAML or JSON has them
   */
  public JudgeOptions(String path, Map<String, ?> values) {
    this.path = path;
    values.forEach(
        (key, value) -> {
          if (value == null) {
            throw new UserException(path + "." + key + ": has no value; set it or take it out");
          }
        });
    this.values = Map.copyOf(values);
  }

  /** Where these options stand in the configuration. */
  public String path() {
    return path;
  }

  /** A text, where it is set. */
  public Optional<String> string(String key) {
    return get(
        key,
        "a text",
        value ->
            value instanceof String || value instanceof Number || value instanceof Boolean
                ? value.toString()
                : refuse(key, value, "a text"));
  }

  /** A text, or the default. */
  public String string(String key, String fallback) {
    return string(key).orElse(fallback);
  }

  /** A text that must be there. */
  public String required(String key) {
    return string(key)
        .orElseThrow(() -> new UserException(path + "." + key + ": is missing; set it"));
  }

  /** One of some names, or the default; read without regard to case. */
  public <E extends Enum<E>> E choice(String key, E fallback) {
    String text = string(key, fallback.name());
    for (E constant : fallback.getDeclaringClass().getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text.replace('-', '_'))) {
        return constant;
      }
    }
    List<String> names = new ArrayList<>();
    for (E constant : fallback.getDeclaringClass().getEnumConstants()) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    return refuse(key, text, "one of " + String.join(", ", names));
  }

  /** A number, where it is set. */
  public Optional<Double> number(String key) {
    return get(
        key,
        "a number",
        value -> value instanceof Number n ? n.doubleValue() : Double.valueOf(value.toString()));
  }

  /** A number in a closed range, or the default. */
  public double number(String key, double fallback, double min, double max) {
    double value = number(key).orElse(fallback);
    return value >= min && value <= max
        ? value
        : refuse(key, value, "between " + min + " and " + max);
  }

  /** An integer in a closed range, or the default. */
  public int integer(String key, int fallback, int min, int max) {
    double value = number(key, fallback, min, max);
    return value == Math.rint(value) ? (int) value : refuse(key, value, "an integer");
  }

  /** A yes or no, or the default. */
  public boolean flag(String key, boolean fallback) {
    return get(
            key,
            "true or false",
            value ->
                switch (value.toString()) {
                  case "true" -> Boolean.TRUE;
                  case "false" -> Boolean.FALSE;
                  default -> JudgeOptions.this.<Boolean>refuse(key, value, "true or false");
                })
        .orElse(fallback);
  }

  /** A list of texts; empty where it is not set. */
  public List<String> strings(String key) {
    return get(
            key,
            "a list",
            value ->
                value instanceof List<?> list
                    ? list.stream().map(Object::toString).toList()
                    : List.of(value.toString()))
        .orElse(List.of());
  }

  /** The options of a nested map; empty where it is not set. */
  public JudgeOptions section(String key) {
    return nested(path + "." + key, key, values.containsKey(key) ? values.get(key) : Map.of());
  }

  /** The options of each map in a list; none where it is not set. */
  public List<JudgeOptions> sections(String key) {
    List<JudgeOptions> result = new ArrayList<>();
    for (Object element : get(key, "a list", value -> list(key, value)).orElse(List.of())) {
      result.add(nested(path + "." + key + "[" + result.size() + "]", key, element));
    }
    return result;
  }

  /** The keys that are set; reading one of them is still needed to make it known. */
  public Set<String> keys() {
    return new TreeSet<>(values.keySet());
  }

  /** Short hash over all keys and values: equal for equal options, whatever their order. */
  public String fingerprint() {
    return DigestUtils.sha256Hex(canonical(values)).substring(0, 12);
  }

  private static String canonical(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((k, v) -> sorted.put(k.toString(), canonical(v)));
      return sorted.toString();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(JudgeOptions::canonical).toList().toString();
    }
    return value instanceof String text ? text.length() + ":" + text : value.toString();
  }

  /** Refuses a value of a key, with what it should have been. */
  public <T> T refuse(String key, Object value, String wanted) {
    throw new UserException(path + "." + key + ": '" + value + "' should be " + wanted);
  }

  /** Refuses the first key, here or in a section, that no getter has asked for. */
  public void refuseUnknown() {
    for (String key : keys()) {
      if (!known.contains(key)) {
        throw new UserException(
            path + "." + key + ": unknown option; known are " + new TreeSet<>(known));
      }
    }
    sections.forEach(JudgeOptions::refuseUnknown);
  }

  private JudgeOptions nested(String nestedPath, String key, Object value) {
    known.add(key);
    if (!(value instanceof Map<?, ?> map)) {
      return refuse(key, value, "a map of options");
    }
    Map<String, Object> texts = new HashMap<>();
    map.forEach((k, v) -> texts.put(k.toString(), v));
    JudgeOptions nested = new JudgeOptions(nestedPath, texts);
    sections.add(nested);
    return nested;
  }

  private List<?> list(String key, Object value) {
    return value instanceof List<?> list ? list : refuse(key, value, "a list");
  }

  private <T> Optional<T> get(String key, String wanted, Function<Object, T> read) {
    known.add(key);
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(read.apply(value));
    } catch (NumberFormatException e) {
      return refuse(key, value, wanted);
    }
  }
}
