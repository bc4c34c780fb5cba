package io.dpostream.policy.model;

/**
 * One completion to sample.
 *
 * @param prompt at least one token id; not copied
 * @param drawSeed with the token's position it fixes the random draw, see {@link Draws}
 */
@SuppressWarnings("ArrayRecordComponent")
public record GenerationRequest(int[] prompt, long drawSeed) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt needs at least one token");
    }
  }
}
