package io.dpostream.judge.rule;

import java.text.Normalizer;
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
      return FinalAnswer.in(reference).stream()
          .anyMatch(wanted -> FinalAnswer.in(completion).filter(wanted::agreesWith).isPresent());
    }
  },
  /**
   * The reference's words stand in the completion, in a row; case and punctuation do not count,
   * what belongs to a number or to a word does: {@code -5} and {@code 2.5} are not {@code 5}, and
   * {@code C++} is not {@code C}.
   */
  CONTAINED {
    @Override
    public boolean matches(String completion, String reference) {
      String wanted = Words.of(reference);
      return !wanted.isBlank() && Words.of(completion).contains(wanted);
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

  /** Whether the completion agrees. */
  public abstract boolean matches(String completion, String reference);

  private static String spaces(String text) {
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    return SPACE.matcher(composed.strip()).replaceAll(" ");
  }
}
