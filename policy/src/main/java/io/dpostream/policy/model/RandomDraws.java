package io.dpostream.policy.model;

/**
 * Draws uniform random numbers as a pure function of a seed and a position, so that a draw depends
 * neither on what else is decoded in the same batch nor on the order.
 *
 * <p>The number is the top 53 bits of {@code mix(mix(seed) + (position + 1) * 0x9E3779B97F4A7C15)}
 * over 2^53, where {@code mix} is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
 */
public final class RandomDraws {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private RandomDraws() {}

  /** Draws a number in [0, 1) for a token's position in its completion. */
  public static double uniform(long seed, int position) {
    return (mix(mix(seed) + (position + 1L) * GOLDEN_GAMMA) >>> 11) * 0x1p-53;
  }

  /** Makes one seed of several numbers, whose order counts. */
  public static long combine(long... parts) {
    long state = 0;
    for (long part : parts) {
      state = mix(mix(state) + part + GOLDEN_GAMMA);
    }
    return state;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
