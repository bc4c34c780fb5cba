package io.dpostream.judge.rule;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When a completion agrees with a reference answer. */
public enum ReferenceMatch {
  /** Accepts equal text; white space does not count. */
  EXACT {
    @Override
    public boolean matches(String completion, String reference) {
      return spaces(completion).equals(spaces(reference));
    }
  },
  /** Accepts an equal final number. */
  NUMERIC {
    @Override
    public boolean matches(String completion, String reference) {
      Optional<BigDecimal> wanted = FinalAnswer.in(reference);
      Optional<BigDecimal> given = FinalAnswer.in(completion);
      return wanted.isPresent() && given.isPresent() && wanted.get().compareTo(given.get()) == 0;
    }
  },
  /**
   * The reference's words stand in the completion, in a row; case and punctuation do not count,
   * what belongs to a number does: {@code -5} and {@code 2.5} are not {@code 5}.
   */
  CONTAINED {
    @Override
    public boolean matches(String completion, String reference) {
      String wanted = words(reference);
      return !wanted.isBlank() && words(completion).contains(wanted);
    }
  },
  /** Numeric where the reference is nothing but a number, otherwise contained. */
  AUTO {
    @Override
    public boolean matches(String completion, String reference) {
      ReferenceMatch match = FinalAnswer.isNumber(reference) ? NUMERIC : CONTAINED;
      return match.matches(completion, reference);
    }
  };

  private static final Pattern SPACE = Pattern.compile("\\s+");

  /** What a number can be written without. */
  private static final Pattern NUMBER_STYLE =
      Pattern.compile(",(?<=\\d,)(?=\\d{3}(?!\\d))|[$\u20ac\u00a3](?<=[-\u2212].)(?=\\d)");

  /** Letters and digits, with a number's sign, decimal point and fraction bar. */
  private static final Pattern WORD =
      Pattern.compile(
          "(?:(?=[-.])(?<![\\p{L}\\p{N}).])-?\\.?(?=\\d))?"
              + "[\\p{L}\\p{N}]++(?:(?<=\\d)[./](?=\\d)[\\p{L}\\p{N}]++)*+");

  /** Whether the completion agrees. */
  public abstract boolean matches(String completion, String reference);

  private static String spaces(String text) {
    return SPACE.matcher(text.strip()).replaceAll(" ");
  }

  /** The words with one space around each, so that containment respects their borders. */
  private static String words(String text) {
    String plain = NUMBER_STYLE.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
    StringBuilder words = new StringBuilder(" ");
    Matcher word = WORD.matcher(plain.replace('\u2212', '-'));
    while (word.find()) {
      words.append(word.group()).append(' ');
    }
    return words.toString();
  }
}
