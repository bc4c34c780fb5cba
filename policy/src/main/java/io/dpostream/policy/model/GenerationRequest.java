package io.dpostream.policy.model;

/**
 * One completion to sample.
 *
 * @param prompt at least one token id; not copied
 * @param drawSeed together with the token's position it determines the random draw, see {@link
 *     RandomDraws}
 */
@SuppressWarnings("ArrayRecordComponent")
public record GenerationRequest(int[] prompt, long drawSeed) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("a prompt needs at least one token");
    }
  }
}
