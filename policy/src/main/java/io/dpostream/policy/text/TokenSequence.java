package io.dpostream.policy.text;

/**
 * A prompt and its completion as token ids. The arrays are not copied and must not change.
 *
 * @param prompt at least one id
 * @param completion at least one id; only these have log-probabilities
 */
@SuppressWarnings("ArrayRecordComponent")
public record TokenSequence(int[] prompt, int[] completion) {
  public TokenSequence {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a sequence needs at least one prompt token");
    }
    if (completion.length == 0) {
      throw new IllegalArgumentException("a sequence needs at least one completion token");
    }
  }

  /** Tokens of prompt and completion together. */
  public int length() {
    return prompt.length + completion.length;
  }
}
