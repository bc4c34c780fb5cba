package io.dpostream.judge.rule;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers as solutions write them, in words or in LaTeX: with thousands set apart by commas or
 * spaces, with a currency before them, as fractions ({@code 3/4}) and as mixed numbers ({@code 1
 * 1/2}).
 */
final class WrittenNumber {
  private static final String THOUSANDS =
      "(?:,(?:\\\\!)?|\\{,}|\\\\,|[ \u00a0\u2009\u202f])\\d{3}(?!\\d)";

  /**
   * A number as part of a pattern. It is no exponent ({@code m^2}, {@code m2}), and a sign touches
   * it and stands after nothing that it could be subtracted from. The lookahead only keeps the
   * search from trying each letter.
   */
  static final String SYNTAX =
      "(?=[-\u2212\\\\$\u20ac\u00a3.\\d])(?<![A-Za-z\\d]|\\^\\{?[-\u2212]?)"
          + "(?<sign>(?<![-\\w).}])[-\u2212])?(?:\\\\?[$\u20ac\u00a3])?"
          + "(?<digits>(?:\\d{1,3}(?:%s)++|\\d++)(?:\\.\\d++)?|(?<!\\.)\\.\\d++)"
              .formatted(THOUSANDS)
          + "(?:(?: (?<numerator>\\d++))?/(?<divisor>0*+[1-9]\\d*+))?";

  private static final Pattern NUMBER = Pattern.compile(SYNTAX);
  private static final Pattern ALONE = Pattern.compile(SYNTAX + "(?:\\\\?%)?\\.?");
  private static final Pattern NOT_OF_DECIMAL = Pattern.compile("[^\\d.]");

  private WrittenNumber() {}

  /** Whether a text is a number and, but for a percent sign, nothing else. */
  static boolean isAlone(String text) {
    return ALONE.matcher(text.strip()).matches();
  }

  /** Finds the first number of a text and those after it. */
  static Matcher in(String text) {
    return NUMBER.matcher(text);
  }

  /** The first number of a text. */
  static Optional<BigDecimal> first(String text) {
    Matcher number = in(text);
    return number.find() ? Optional.of(value(number)) : Optional.empty();
  }

  /** The last number of a text. */
  static Optional<BigDecimal> last(String text) {
    Optional<BigDecimal> last = Optional.empty();
    Matcher number = in(text);
    while (number.find()) {
      last = Optional.of(value(number));
    }
    return last;
  }

  /** The value of a match of {@link #SYNTAX}. */
  static BigDecimal value(Matcher number) {
    BigDecimal value =
        new BigDecimal(NOT_OF_DECIMAL.matcher(number.group("digits")).replaceAll(""));
    String divisor = number.group("divisor");
    String numerator = number.group("numerator");
    if (numerator != null && divisor != null) {
      value = value.add(quotient(new BigDecimal(numerator), divisor));
    } else if (divisor != null) {
      value = quotient(value, divisor);
    }
    return number.group("sign") == null ? value : value.negate();
  }

  private static BigDecimal quotient(BigDecimal dividend, String divisor) {
    return dividend.divide(new BigDecimal(divisor), MathContext.DECIMAL64);
  }
}
