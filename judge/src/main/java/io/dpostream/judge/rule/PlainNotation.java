package io.dpostream.judge.rule;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One notation for what Unicode and LaTeX can write in many ways: digits of any script and width,
 * composed and decomposed letters, powers ({@code 10^{4}}), fractions ({@code 3/4}), minus signs
 * and spaces. Characters that nobody sees are left out. Pure functions, in linear time.
 */
final class PlainNotation {
  private static final Pattern RAISED = Pattern.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u207b]+");
  private static final Pattern LOWERED = Pattern.compile("[\u2080-\u208b]+");

  /** Between a whole number and a fraction that is one character. */
  private static final Pattern MIXED =
      Pattern.compile("(?<=\\p{Nd})(?=[\u00bc-\u00be\u2150-\u215f\u2189])");

  /** Format characters, variation selectors and the Arabic stretching of a word. */
  private static final Pattern UNSEEN =
      Pattern.compile("[\\p{Cf}\u0640\u034f\u180b-\u180f\ufe00-\ufe0f\\x{E0100}-\\x{E01EF}]+");

  private static final Pattern NOT_ASCII = Pattern.compile("[^\\x00-\\x7F]");

  private static final Pattern BRACED = Pattern.compile("\\{([,.]|\\\\(?:times|cdot|ast))}");
  private static final Pattern NOTHING = Pattern.compile("\\\\(?:!|(?:left|right)(?![A-Za-z]))");
  private static final Pattern SPACE = Pattern.compile("\\\\(?:[,;: ]|q?quad(?![A-Za-z]))");
  private static final Pattern ESCAPED = Pattern.compile("\\\\([%$#&_])");
  private static final Pattern TIMES = Pattern.compile("\\\\(?:times|cdot|ast)(?![A-Za-z])");
  private static final Pattern DEGREES =
      Pattern.compile("\\^\\s?(?:\\\\circ|\\{\\s?\\\\circ\\s?})");
  private static final Pattern STYLED =
      Pattern.compile("\\\\(?:text|math|mbox|operatorname|boldsymbol)[a-z]{0,6}\\{([^{}]*)}");

  private static final Pattern AFTER_DIGIT =
      Pattern.compile("(?<=\\d)(?=\\\\[dtc]?frac(?![A-Za-z]))");
  private static final String ARGUMENT = "\\s?+(?:\\{([^{}]*)}|(\\d))";
  private static final Pattern FRACTION =
      Pattern.compile("\\\\[dtc]?frac(?=[\\s{\\d])" + ARGUMENT + ARGUMENT);

  private PlainNotation() {}

  /** A text in the plain notation. */
  static String of(String text) {
    String plain = NOT_ASCII.matcher(text).find() ? ofUnicode(text) : text;
    return plain.indexOf('\\') >= 0 || plain.contains("{,}") ? ofLatex(plain) : plain;
  }

  private static String ofUnicode(String text) {
    String powers = RAISED.matcher(text).replaceAll("^{$0}");
    String indices = LOWERED.matcher(powers).replaceAll("_{$0}");
    String apart = MIXED.matcher(indices).replaceAll(" ");
    String composed = Normalizer.normalize(apart, Form.NFKC);
    StringBuilder plain = new StringBuilder(composed.length());
    composed.codePoints().map(PlainNotation::plain).forEach(plain::appendCodePoint);
    return UNSEEN.matcher(plain).replaceAll("");
  }

  private static int plain(int codePoint) {
    if (Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER) {
      return '0' + Character.digit(codePoint, 10);
    }
    return switch (codePoint) {
      case '\u2010', '\u2011', '\u2012', '\u2013', '\u2212' -> '-';
      case '\u2044', '\u2215' -> '/';
      case '\u2019' -> '\'';
      case '\u22c5', '\u2219', '\u00b7', '\u2715', '\u2a2f' -> '\u00d7';
      case '\u066a' -> '%';
      case '\u066b' -> '.';
      case '\u066c', '\u060c' -> ',';
      default -> codePoint;
    };
  }

  private static String ofLatex(String text) {
    String unbraced = BRACED.matcher(text).replaceAll("$1");
    String tight = NOTHING.matcher(unbraced).replaceAll("");
    String spaced = SPACE.matcher(tight).replaceAll(" ");
    String signs = TIMES.matcher(ESCAPED.matcher(spaced).replaceAll("$1")).replaceAll("\u00d7");
    String degrees = DEGREES.matcher(signs).replaceAll("\u00b0");
    String words = STYLED.matcher(degrees).replaceAll("$1");
    return FRACTION
        .matcher(AFTER_DIGIT.matcher(words).replaceAll(" "))
        .replaceAll(f -> Matcher.quoteReplacement(fraction(argument(f, 1), argument(f, 3))));
  }

  private static String argument(MatchResult fraction, int group) {
    String braced = fraction.group(group);
    return (braced == null ? fraction.group(group + 1) : braced).strip();
  }

  private static String fraction(String dividend, String divisor) {
    return divisor.startsWith("-")
        ? "-" + dividend + "/" + divisor.substring(1)
        : dividend + "/" + divisor;
  }
}
