package io.dpostream.policy.text;

import java.util.List;

/**
 * A prompt and answers to it as token ids. The arrays are not copied and must not change.
 *
 * @param prompt the ids that all answers have before them, at least one
 * @param completions the ids of each answer, at least one
 * @param leftOut ids of the prompt that no answer follows: those at its end that are others, or
 *     none, once an answer stands after them
 */
@SuppressWarnings("ArrayRecordComponent")
public record EncodedAnswers(int[] prompt, List<int[]> completions, int leftOut) {
  public EncodedAnswers {
    completions = List.copyOf(completions);
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          leftOut == 0
              ? "a sequence needs at least one prompt token"
              : "the prompt has no token that it does not share with an answer; give it more text");
    }
    if (completions.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException(
          "an answer has no tokens: after the prompt, nothing is written for it");
    }
  }

  /** The sequence of prompt and one answer. */
  public TokenSequence sequence(int answer) {
    return new TokenSequence(prompt, completions.get(answer));
  }
}
