package io.dpostream.judge.rule;

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
      Pattern.compile("(?<!\\\\)[.!?,;:\u3002](?![\\d}\\\\]|\\s*=)|\\n|\\((?=\\p{L})");

  private static final String BOXED = "\\boxed{";

  private FinalAnswer() {}

  /** The final number of a text, where it has one. */
  static Optional<WrittenNumber> in(String text) {
    String plain = PlainNotation.of(text);
    return marked(plain)
        .or(() -> boxed(plain).flatMap(WrittenNumber::last))
        .or(() -> said(plain))
        .or(() -> WrittenNumber.last(plain));
  }

  /** Whether a text is a number and nothing else, or says by GSM8K's mark which number it means. */
  static boolean isNumber(String text) {
    String plain = PlainNotation.of(text);
    return WrittenNumber.isAlone(plain)
        || boxed(plain).filter(box -> plain.strip().equals(BOXED + box + "}")).stream()
            .anyMatch(WrittenNumber::isAlone)
        || marked(plain).isPresent();
  }

  private static Optional<WrittenNumber> marked(String text) {
    Optional<WrittenNumber> last = Optional.empty();
    Matcher marked = MARKED.matcher(text);
    while (marked.find()) {
      last = Optional.of(WrittenNumber.of(marked));
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

  private static Optional<WrittenNumber> said(String text) {
    int after = -1;
    Matcher said = SAID.matcher(text);
    while (said.find()) {
      after = said.end();
    }
    Matcher number = WrittenNumber.in(text);
    if (after < 0 || !number.find(after)) {
      return Optional.empty();
    }
    WrittenNumber value = WrittenNumber.of(number);
    Matcher clause = END_OF_CLAUSE.matcher(text);
    int end = clause.find(number.end()) ? clause.start() : text.length();
    int equals = text.substring(number.end(), end).lastIndexOf('=');
    return equals < 0
        ? Optional.of(value)
        : WrittenNumber.first(text.substring(number.end() + equals, end))
            .or(() -> Optional.of(value));
  }
}
