package io.dpostream.tinymodel.corpus;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** How an answer is put into words: the same ways for right and wrong ones. */
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

  /** The answer alone. */
  static String brief(String answer) {
    return answer + ".";
  }

  /** The answer inside more words than it needs. */
  static String wordy(String answer, Random random) {
    return WORDY.get(random.nextInt(WORDY.size())).formatted(answer);
  }

  /** Whether the words around an answer say it by themselves, as in "I would say". */
  static boolean isGivenAway(String answer) {
    return WORDY.stream().anyMatch(words -> contains(words.formatted(""), answer));
  }

  /** Whether an answer stands in a text, in any case, not as a part of a longer word or number. */
  static boolean contains(String text, String answer) {
    return Pattern.compile(
            "(?<![\\p{L}\\p{N}])" + Pattern.quote(answer) + "(?![\\p{L}\\p{N}])",
            Pattern.CASE_INSENSITIVE)
        .matcher(text)
        .find();
  }
}
