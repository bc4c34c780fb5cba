package io.dpostream.judge.rule;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** When a completion agrees with a reference answer. */
public enum ReferenceMatch {
  /** The same text, but for white space. */
  EXACT {
    @Override
    public boolean matches(String completion, String reference) {
      return spaces(completion).equals(spaces(reference));
    }
  },
  /** The same final number. */
  NUMERIC {
    @Override
    public boolean matches(String completion, String reference) {
      Optional<BigDecimal> wanted = FinalAnswer.in(reference);
      Optional<BigDecimal> given = FinalAnswer.in(completion);
      return wanted.isPresent() && given.isPresent() && wanted.get().compareTo(given.get()) == 0;
    }
  },
  /** The reference's words stand in the completion, in a row; case and punctuation do not count. */
  CONTAINED {
    @Override
    public boolean matches(String completion, String reference) {
      return !words(reference).isBlank() && words(completion).contains(words(reference));
    }
  },
  /** Numeric where the reference is nothing but a number, otherwise contained. */
  AUTO {
    @Override
    public boolean matches(String completion, String reference) {
      ReferenceMatch match = PLAIN_NUMBER.matcher(reference).matches() ? NUMERIC : CONTAINED;
      return match.matches(completion, reference);
    }
  };

  private static final Pattern PLAIN_NUMBER =
      Pattern.compile(
          "\\s*(.*####\\s*)?[-\u2212]?[$\u20ac\u00a3]?[\\d,./]*\\d%?\\s*", Pattern.DOTALL);

  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern NOT_A_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

  /** Whether the completion agrees. */
  public abstract boolean matches(String completion, String reference);

  private static String spaces(String text) {
    return SPACE.matcher(text.strip()).replaceAll(" ");
  }

  /** The words with one space around each, so that containment respects their borders. */
  private static String words(String text) {
    String joined = NOT_A_WORD.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    return " " + joined + " ";
  }
}
