package io.dpostream.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The checks of settings records, each with its one phrasing. A key is named as it stands in the
 * record; a refusal reads {@code key: value must be …}.
 */
public final class Require {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]*");
  private static final double EXACT_INTEGERS = 1e15;

  private Require() {}

  /** Refuses less than a bound. */
  public static void atLeast(String key, double value, double bound) {
    that(value >= bound, key, value, "must be at least " + number(bound));
  }

  /** Refuses a bound and less. */
  public static void above(String key, double value, double bound) {
    that(value > bound, key, value, "must be above " + number(bound));
  }

  /** Refuses what is outside a closed range. */
  public static void between(String key, double value, double min, double max) {
    that(
        value >= min && value <= max,
        key,
        value,
        "must be between " + number(min) + " and " + number(max));
  }

  /** Refuses what is outside the range (min, max]. */
  public static void aboveAndAtMost(String key, double value, double min, double max) {
    that(
        value > min && value <= max,
        key,
        value,
        "must be above " + number(min) + " and at most " + number(max));
  }

  /** Refuses what is outside the range [min, max). */
  public static void atLeastAndBelow(String key, double value, double min, double max) {
    that(
        value >= min && value < max,
        key,
        value,
        "must be at least " + number(min) + " and below " + number(max));
  }

  /** Refuses what is outside the range (min, max). */
  public static void strictlyBetween(String key, double value, double min, double max) {
    that(
        value > min && value < max,
        key,
        value,
        "must be above " + number(min) + " and below " + number(max));
  }

  /** Refuses a text that is not one of some. */
  public static void oneOf(String key, String value, Collection<String> known) {
    that(known.contains(value), key, value, "is not one of " + String.join(", ", known));
  }

  /** Refuses a name with other characters than letters, digits, dot, underscore and hyphen. */
  public static void name(String key, String value) {
    that(!value.isEmpty(), key, value, "must not be empty");
    nameOrEmpty(key, value);
  }

  /** Refuses such characters, but lets a name be empty. */
  public static void nameOrEmpty(String key, String value) {
    that(
        NAME.matcher(value).matches(),
        key,
        value,
        "may hold letters, digits, '.', '_' and '-' only");
  }

  /** Refuses what is no port of TCP; 0 stands for any free one. */
  public static void port(String key, int value) {
    that(
        value >= 0 && value <= 65535,
        key,
        value,
        "must be between 1 and 65535, or 0 for a free one");
  }

  /**
   * Refuses a value unless a condition holds.
   *
   * @param problem the rest of the sentence that begins with the value
   */
  public static void that(boolean holds, String key, Object value, String problem) {
    if (!holds) {
      throw refusal(key, value, problem);
    }
  }

  /** The refusal of a value, for the caller to throw. */
  public static InvalidSettingException refusal(String key, Object value, String problem) {
    return new InvalidSettingException(key + ": " + shown(value) + " " + problem);
  }

  /** The spellings of an enum's constants in settings. */
  public static <E extends Enum<E>> List<String> spellings(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
  }

  private static String shown(Object value) {
    if (value instanceof Double d) {
      return number(d);
    }
    if (value instanceof Enum<?> constant) {
      return "'" + Spelling.of(constant) + "'";
    }
    return value instanceof Number || value instanceof Boolean
        ? value.toString()
        : "'" + value + "'";
  }

  /** A number as one writes it: whole ones without a fraction. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < EXACT_INTEGERS
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
