package io.dpostream.sampler.pacing;

/**
 * One sampler's part in the sampling of a run: the partitions of prompts that it reads. A partition
 * belongs to one sampler at a time, so the shares of all samplers never exceed the whole, whoever
 * joins or dies.
 *
 * @param own partitions of this sampler
 * @param all partitions of the topic
 */
public record Share(int own, int all) {

  /** The share of the only sampler. */
  public static final Share WHOLE = new Share(1, 1);

  public Share {
    if (own < 0 || own > all || all < 1) {
      throw new IllegalArgumentException(own + " of " + all + " partitions");
    }
  }

  /** Whether nobody else samples. */
  public boolean isWhole() {
    return own == all;
  }

  /** This sampler's part of an amount. */
  double of(int amount) {
    return (double) amount * own / all;
  }

  /** What all others have of an amount. */
  double others(int amount) {
    return (double) amount * (all - own) / all;
  }
}
