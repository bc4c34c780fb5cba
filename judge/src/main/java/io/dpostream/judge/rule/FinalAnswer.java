package io.dpostream.judge.rule;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the number that a solution ends in: after the last {@code ####} (GSM8K's mark), else in the
 * last {@code \boxed{}}, else after the last "answer is" or "answer:", else the last number of the
 * text. Thousands commas, currency signs, percent signs and units around it do not matter;
 * fractions are divided.
 */
final class FinalAnswer {
  /**
   * A sign counts unless it stands after something it could be subtracted from. Every part may be
   * missing, so the lookahead keeps the search from stopping at each letter.
   */
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?=[-\u2212$\u20ac\u00a3.\\d])(?<sign>(?<![\\w).])[-\u2212]\\s?)?[$\u20ac\u00a3]?"
              + "(?<whole>\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)?(?<decimals>(?<!\\.)\\.\\d+)?"
              + "(?:/(?<divisor>\\d*[1-9]\\d*))?");

  private static final Pattern BOXED = Pattern.compile("\\\\boxed\\{([^{}]*)}");
  private static final Pattern SAID = Pattern.compile("(?i)\\banswer(?:\\s+is|\\s*[:=])");
  private static final String GSM8K = "####";

  private FinalAnswer() {}

  /** The final number of a text, where it has one. */
  static Optional<BigDecimal> in(String text) {
    int mark = text.lastIndexOf(GSM8K);
    if (mark >= 0) {
      return first(text.substring(mark + GSM8K.length()));
    }
    Optional<BigDecimal> boxed = last(BOXED, text).flatMap(m -> last(m.group(1)));
    if (boxed.isPresent()) {
      return boxed;
    }
    Optional<BigDecimal> said = last(SAID, text).flatMap(m -> first(text.substring(m.end())));
    return said.isPresent() ? said : last(text);
  }

  private static Optional<Matcher> last(Pattern pattern, String text) {
    Optional<Matcher> last = Optional.empty();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      Matcher found = pattern.matcher(text);
      found.find(matcher.start());
      last = Optional.of(found);
    }
    return last;
  }

  private static Optional<BigDecimal> first(String text) {
    Matcher matcher = NUMBER.matcher(text);
    while (matcher.find()) {
      Optional<BigDecimal> value = value(matcher);
      if (value.isPresent()) {
        return value;
      }
    }
    return Optional.empty();
  }

  private static Optional<BigDecimal> last(String text) {
    Optional<BigDecimal> last = Optional.empty();
    Matcher matcher = NUMBER.matcher(text);
    while (matcher.find()) {
      Optional<BigDecimal> value = value(matcher);
      last = value.isPresent() ? value : last;
    }
    return last;
  }

  private static Optional<BigDecimal> value(Matcher matcher) {
    String whole = group(matcher, "whole").replace(",", "");
    String decimals = group(matcher, "decimals");
    if (whole.isEmpty() && decimals.isEmpty()) {
      return Optional.empty();
    }
    BigDecimal value = new BigDecimal((whole.isEmpty() ? "0" : whole) + decimals);
    String divisor = group(matcher, "divisor");
    if (!divisor.isEmpty()) {
      value = value.divide(new BigDecimal(divisor), MathContext.DECIMAL64);
    }
    return Optional.of(group(matcher, "sign").isEmpty() ? value : value.negate());
  }

  private static String group(Matcher matcher, String name) {
    String text = matcher.group(name);
    return text == null ? "" : text;
  }
}
