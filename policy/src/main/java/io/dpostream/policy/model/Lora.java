package io.dpostream.policy.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Low-rank adapters: a projection {@code W x} becomes {@code W x + (alpha / rank) B A x}, where
 * only A and B are trained. Source: Hu et al., <a
 * href="https://arxiv.org/abs/2106.09685">2106.09685</a>; names and defaults are PEFT's.
 *
 * @param rank rows of A and columns of B
 * @param alpha numerator of the scale
 * @param targetModules the adapted projections, in the model's order
 * @param seed of A's first values; B begins at zero
 */
public record Lora(int rank, double alpha, List<String> targetModules, long seed) {
  /** Projections of a layer, in the order in which the decoder program takes their adapters. */
  public static final List<String> MODULES =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /** The value of {@code lora_target_modules} that means all of {@link #MODULES}. */
  public static final String ALL_LINEAR = "all-linear";

  private static final List<String> DEFAULT_MODULES = List.of("q_proj", "v_proj");

  /**
   * Checks the configured adapters.
   *
   * @param targetModules when empty, queries and values, PEFT's default for these architectures
   */
  public Lora {
    if (rank < 1 || !(alpha > 0)) {
      throw new IllegalArgumentException(
          "rank " + rank + " and alpha " + alpha + " must be above 0");
    }
    targetModules = inOrder(targetModules);
  }

  private static List<String> inOrder(List<String> named) {
    if (named.isEmpty()) {
      return DEFAULT_MODULES;
    }
    Set<String> wanted = new LinkedHashSet<>(named);
    if (wanted.remove(ALL_LINEAR)) {
      wanted.addAll(MODULES);
    }
    List<String> known = new ArrayList<>(MODULES);
    known.retainAll(wanted);
    if (known.size() < wanted.size()) {
      wanted.removeAll(MODULES);
      throw new IllegalArgumentException(
          wanted + " is none of " + String.join(", ", MODULES) + " or " + ALL_LINEAR);
    }
    return known;
  }

  /** The factor that {@code B A} is multiplied by. */
  public double scale() {
    return alpha / rank;
  }
}
