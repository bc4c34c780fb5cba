package io.dpostream.trainer.reward;

/**
 * A preference in the form that a reward model trains on. The arrays are not copied and must not
 * change.
 *
 * @param prompt names the prompt: pairs of the same prompt are held out together
 * @param chosen ids of prompt and better completion
 * @param rejected ids of prompt and worse completion
 * @param margin by which chosen should win, in the scores' unit; 0 where none is known
 */
@SuppressWarnings("ArrayRecordComponent")
public record RewardPair(String prompt, int[] chosen, int[] rejected, double margin) {

  public RewardPair {
    if (chosen.length == 0 || rejected.length == 0) {
      throw new IllegalArgumentException("a pair needs tokens on both sides");
    }
    if (!Double.isFinite(margin)) {
      throw new IllegalArgumentException("margin " + margin + " is not finite");
    }
  }

  /** Tokens of the longer side. */
  public int length() {
    return Math.max(chosen.length, rejected.length);
  }
}
