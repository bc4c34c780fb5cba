package io.dpostream.policy.model;

import java.util.List;

/**
 * Low-rank adapters: a projection {@code W x} becomes {@code W x + s B A x}, where only A and B are
 * trained. Source: Hu et al., <a href="https://arxiv.org/abs/2106.09685">2106.09685</a>; names and
 * defaults are PEFT's.
 *
 * @param rank rows of A and columns of B
 * @param alpha numerator of the scale s
 * @param rankStabilized divides alpha by the root of the rank in place of the rank: <a
 *     href="https://arxiv.org/abs/2312.03732">2312.03732</a>
 * @param dropout chance that an adapter in training does not see a number of its input; what it
 *     sees counts for more by {@code 1 / (1 - dropout)}
 * @param targets the adapted projections
 * @param seed of A's first values; B begins at zero. Dropout has seeds of its own: {@link Dropout}
 */
public record Lora(
    int rank,
    double alpha,
    boolean rankStabilized,
    double dropout,
    LoraTargets targets,
    long seed) {
  /** Projections of a layer, in the order in which the decoder program takes their adapters. */
  public static final List<String> MODULES =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /** The value of {@code lora_target_modules} that means all of {@link #MODULES}. */
  public static final String ALL_LINEAR = "all-linear";

  /** Checks the configured adapters. */
  public Lora {
    if (rank < 1 || !(alpha > 0)) {
      throw new IllegalArgumentException(
          "rank " + rank + " and alpha " + alpha + " must be above 0");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout " + dropout + " must be in [0, 1)");
    }
  }

  /** Adapters without dropout. */
  public Lora(int rank, double alpha, boolean rankStabilized, LoraTargets targets, long seed) {
    this(rank, alpha, rankStabilized, 0, targets, seed);
  }

  /** The factor s that {@code B A} is multiplied by. */
  public double scale() {
    return scale(rank, alpha, rankStabilized);
  }

  static double scale(int rank, double alpha, boolean rankStabilized) {
    return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  }
}
