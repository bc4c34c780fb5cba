package io.dpostream.policy.model;

/**
 * Limits on what a decoder writes at the same time. Requests beyond them wait.
 *
 * @param slots completions at once
 * @param cacheBytes of keys and values, of completions and of prompts that were read; one
 *     completion is always written, whatever it takes
 */
public record DecodingLimits(int slots, long cacheBytes) {
  public static final DecodingLimits NONE = new DecodingLimits(Integer.MAX_VALUE, Long.MAX_VALUE);

  public DecodingLimits {
    if (slots < 1 || cacheBytes < 1) {
      throw new IllegalArgumentException("limits below 1: " + slots + ", " + cacheBytes);
    }
  }
}
