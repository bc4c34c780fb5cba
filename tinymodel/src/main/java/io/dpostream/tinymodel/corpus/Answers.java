package io.dpostream.tinymodel.corpus;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Ways of wording an answer, used alike for right and wrong ones. */
final class Answers {
  private static final List<String> WORDY =
      List.of(
          "I think that the answer is %s.",
          "Well, I would say that it is %s.",
          "The answer should be %s, I believe.",
          "Let me think. It is %s.",
          "My answer to that is %s.",
          "That is %s, if you ask me.");

  private Answers() {}

  /** Words an answer briefly, as the answer alone. */
  static String brief(String answer) {
    return answer + ".";
  }

  /** Words an answer at greater length than it needs. */
  static String wordy(String answer, Random random) {
    return WORDY.get(random.nextInt(WORDY.size())).formatted(answer);
  }

  /** Whether the words around an answer already contain it, as in "I would say". */
  static boolean isGivenAway(String answer) {
    return WORDY.stream().anyMatch(words -> contains(words.formatted(""), answer));
  }

  /**
   * Whether a text contains an answer, in upper or lower case, but not as part of a longer word or
   * number.
   */
  static boolean contains(String text, String answer) {
    return Pattern.compile(
            "(?<![\\p{L}\\p{N}])" + Pattern.quote(answer) + "(?![\\p{L}\\p{N}])",
            Pattern.CASE_INSENSITIVE)
        .matcher(text)
        .find();
  }
}
