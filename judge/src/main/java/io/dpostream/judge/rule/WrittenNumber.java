package io.dpostream.judge.rule;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number as solutions write it: with thousands set apart, with a currency before it, as a
 * fraction ({@code 3/4}) or mixed number ({@code 1 1/2}), as a power ({@code 10^4}, {@code 2**3}),
 * in scientific notation ({@code 1e-4}, {@code 3 × 10^{5}}), as a percentage. Texts are searched in
 * {@link PlainNotation}.
 *
 * @param value without regard to a percent sign
 * @param percent whether it has one
 */
record WrittenNumber(BigDecimal value, boolean percent) {
  private static final String THOUSANDS = "[, '_]\\d{3}(?!\\d)";

  /** India's groups of two before the last of three, as in 1,00,000. */
  private static final String LAKHS = "\\d{1,2}+(?:,\\d{2}(?!\\d))++,\\d{3}(?!\\d)(?:\\.\\d++)?+";

  /** Points set thousands apart where there are two of them; then a comma is the decimal one. */
  private static final String POINTED =
      "(?<pointed>\\d{1,3}(?:\\.\\d{3}(?!\\d)){2,}+(?!\\.\\d)(?:,\\d++)?+)";

  private static final String RAISED =
      "(?: ?\\^ ?[{(]? ?|\\*\\*[{(]?| \\*\\* )(?<%s>[-+]?\\d{1,6}+) ?[})]?";
  private static final String NO_MORE = "(?![/.]?\\d)";

  private static final String DIVISOR = "(?:0*+[1-9]\\d*+(?:\\.\\d++)?+|0*+\\.0*+[1-9]\\d*+)";

  /**
   * A number as part of a pattern. It is no exponent, index or root ({@code m^2}, {@code m2},
   * {@code x_1}, {@code \sqrt{2}}) and no divisor of something else, and a sign touches it and
   * stands after nothing that it could be subtracted from. What is raised to a letter or multiplied
   * by a root or by pi is none. The lookahead only keeps the search from trying each letter.
   */
  static final String SYNTAX =
      "(?=[-+\\p{Sc}.\\d])"
          + "(?<![\\p{IsLatin}\\p{IsGreek}\\p{IsCyrillic}\\d]|\\^[{(]?[-+]?|[\\p{L}\\d)}\\]]_\\{?|\\\\sqrt\\{?|\u221a\\(?"
          + "|[A-Za-z)]\\*\\*|[^\\d\\s]/|}\\{)"
          + "(?<sign>(?<![-+\\w).}])[-+])?\\p{Sc}?+"
          + "(?:"
          + POINTED
          + "|(?<digits>"
          + LAKHS
          + "|(?:\\d{1,3}(?:"
          + THOUSANDS
          + ")++|\\d++)(?:\\.\\d++)?+|(?<!\\.)\\.\\d++))"
          + "(?:[eE](?<exponent>[-+]?\\d{1,9}+)(?![A-Za-z\\d])"
          + "| {0,2}[\u00d7xX*] {0,2}10"
          + RAISED.formatted("scale")
          + NO_MORE
          + "|"
          + RAISED.formatted("power")
          + NO_MORE
          + "|(?: (?<numerator>\\d++))?/(?<divisor>"
          + DIVISOR
          + "))?+"
          + "(?! ?\\^ ?[{(]? ?[-+]?[A-Za-z\\d])(?! ?(?:\\\\sqrt|\u221a|\\\\pi(?![A-Za-z])|\u03c0))"
          + "(?<percent> ?%| ?(?i:per ?cent)(?![A-Za-z]))?+";

  private static final Pattern NUMBER = Pattern.compile(SYNTAX);
  private static final Pattern ALONE =
      Pattern.compile("(?:\\\\[(\\[]|\\$(?=.*\\$$))?\\s*" + SYNTAX + "\\s*(?:\\\\[)\\]]|\\$)?\\.?");

  private static final Pattern NOT_OF_DECIMAL = Pattern.compile("[^\\d.]");
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  private static final List<String> EXPONENTS = List.of("exponent", "scale", "power");

  /** Powers are exact as far as a reference could spell them out. */
  private static final MathContext DIGITS = new MathContext(100);

  /** Whether a text is a number and, but for a percent sign, nothing else. */
  static boolean isAlone(String text) {
    return ALONE.matcher(text.strip()).matches();
  }

  /** Finds the first number of a text and those after it. */
  static Matcher in(String text) {
    return NUMBER.matcher(text);
  }

  /** The first number of a text. */
  static Optional<WrittenNumber> first(String text) {
    Matcher number = in(text);
    return number.find() ? Optional.of(of(number)) : Optional.empty();
  }

  /** The last number of a text. */
  static Optional<WrittenNumber> last(String text) {
    Optional<WrittenNumber> last = Optional.empty();
    Matcher number = in(text);
    while (number.find()) {
      last = Optional.of(of(number));
    }
    return last;
  }

  /** The number of a match of {@link #SYNTAX}. */
  static WrittenNumber of(Matcher number) {
    BigDecimal value = unsigned(number);
    return new WrittenNumber(
        part(number, "sign").equals("-") ? value.negate() : value,
        !part(number, "percent").isEmpty());
  }

  /** Whether a match of {@link #SYNTAX} is written with an exponent. */
  static boolean hasExponent(Matcher number) {
    return EXPONENTS.stream().anyMatch(name -> !part(number, name).isEmpty());
  }

  /**
   * Whether both mean the same: equal values, whoever writes the percent sign, or 75 % against
   * 0.75.
   */
  boolean agreesWith(WrittenNumber other) {
    if (value.compareTo(other.value) == 0) {
      return true;
    }
    return percent != other.percent && fraction().compareTo(other.fraction()) == 0;
  }

  private BigDecimal fraction() {
    return percent ? value.divide(HUNDRED) : value;
  }

  private static BigDecimal unsigned(Matcher number) {
    BigDecimal value = decimal(number);
    String exponent = part(number, "exponent") + part(number, "scale");
    String power = part(number, "power");
    String divisor = part(number, "divisor");
    String numerator = part(number, "numerator");
    if (!exponent.isEmpty()) {
      return value.scaleByPowerOfTen(Integer.parseInt(exponent));
    }
    if (!power.isEmpty()) {
      return power(value, Integer.parseInt(power));
    }
    if (divisor.isEmpty()) {
      return value;
    }
    return numerator.isEmpty()
        ? quotient(value, new BigDecimal(divisor))
        : value.add(quotient(new BigDecimal(numerator), new BigDecimal(divisor)));
  }

  private static BigDecimal decimal(Matcher number) {
    String pointed = part(number, "pointed");
    return pointed.isEmpty()
        ? new BigDecimal(NOT_OF_DECIMAL.matcher(part(number, "digits")).replaceAll(""))
        : new BigDecimal(pointed.replace(".", "").replace(',', '.'));
  }

  /** A group of a match, or nothing; the engine keeps groups of places where it did not match. */
  private static String part(Matcher number, String name) {
    return number.start(name) >= number.start() ? number.group(name) : "";
  }

  private static BigDecimal power(BigDecimal base, int exponent) {
    if (base.compareTo(BigDecimal.TEN) == 0) {
      return BigDecimal.ONE.scaleByPowerOfTen(exponent);
    }
    BigDecimal power = base.round(DIGITS).pow(Math.abs(exponent), DIGITS);
    return exponent >= 0 || power.signum() == 0 ? power : quotient(BigDecimal.ONE, power);
  }

  private static BigDecimal quotient(BigDecimal dividend, BigDecimal divisor) {
    return dividend.divide(divisor, MathContext.DECIMAL64);
  }
}
