package io.dpostream.judge.rule;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the number that a solution ends in: after the last {@code ####} that has nothing but a
 * number and its unit on its line (GSM8K's mark), else in the last {@code \boxed{}}, else after the
 * last "answer is" or "answer:" (of an equation, after its last equals sign), else the last number
 * of the text. Takes time in proportion to the text.
 */
final class FinalAnswer {
  /** GSM8K's mark; a number and more than a unit of two words is a heading of Markdown. */
  private static final Pattern MARKED =
      Pattern.compile(
          "(?m)####(?<!#####)[ \\t*]*+"
              + WrittenNumber.SYNTAX
              + "(?:[ \\t]*+[\\p{L}%$\u20ac\u00a3\u00b0\\\\*][^\\s#]*+){0,2}+\\.?[ \\t]*+$");

  private static final Pattern SAID = Pattern.compile("(?i)\\banswer(?:\\s+is|\\s*[:=])");
  private static final Pattern END_OF_CLAUSE =
      Pattern.compile("(?<!\\\\)[.!?,;:](?![\\d}\\\\]|\\s*=)|\\n|\\((?=\\p{L})");

  private static final String BOXED = "\\boxed{";
  private static final Pattern AFTER_DIGIT = Pattern.compile("(?<=\\d)(?=\\\\[dt]?frac\\{)");
  private static final Pattern FRACTION = Pattern.compile("\\\\[dt]?frac\\{([^{}]*)}\\{([^{}]*)}");

  private FinalAnswer() {}

  /** The final number of a text, where it has one. */
  static Optional<BigDecimal> in(String text) {
    String flat = withoutFractions(text);
    return marked(flat)
        .or(() -> boxed(flat).flatMap(WrittenNumber::last))
        .or(() -> said(flat))
        .or(() -> WrittenNumber.last(flat));
  }

  /** Whether a text is a number and nothing else, or says by GSM8K's mark which number it means. */
  static boolean isNumber(String text) {
    String flat = withoutFractions(text);
    return WrittenNumber.isAlone(flat) || marked(flat).isPresent();
  }

  /** LaTeX's fractions as {@code a/b}, with a space after a whole number. */
  private static String withoutFractions(String text) {
    return text.contains("frac{")
        ? FRACTION.matcher(AFTER_DIGIT.matcher(text).replaceAll(" ")).replaceAll("$1/$2")
        : text;
  }

  private static Optional<BigDecimal> marked(String text) {
    Optional<BigDecimal> last = Optional.empty();
    Matcher marked = MARKED.matcher(text);
    while (marked.find()) {
      last = Optional.of(WrittenNumber.value(marked));
    }
    return last;
  }

  /** What stands in the last box, up to the brace that closes it. */
  private static Optional<String> boxed(String text) {
    int box = text.lastIndexOf(BOXED);
    int open = 1;
    int start = box + BOXED.length();
    for (int i = start; box >= 0 && i < text.length(); i++) {
      open += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
      if (open == 0) {
        return Optional.of(text.substring(start, i));
      }
    }
    return Optional.empty();
  }

  private static Optional<BigDecimal> said(String text) {
    int after = -1;
    Matcher said = SAID.matcher(text);
    while (said.find()) {
      after = said.end();
    }
    Matcher number = WrittenNumber.in(text);
    if (after < 0 || !number.find(after)) {
      return Optional.empty();
    }
    BigDecimal value = WrittenNumber.value(number);
    Matcher clause = END_OF_CLAUSE.matcher(text);
    int end = clause.find(number.end()) ? clause.start() : text.length();
    int equals = text.substring(number.end(), end).lastIndexOf('=');
    return equals < 0
        ? Optional.of(value)
        : WrittenNumber.first(text.substring(number.end() + equals, end))
            .or(() -> Optional.of(value));
  }
}
