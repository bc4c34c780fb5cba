package io.dpostream.trainer.service;

import java.util.Optional;

/** Suggests a label smoothing from what is known about the judges; consulted before every step. */
@FunctionalInterface
public interface LabelSmoothingAdvice {

  /** The current advice; empty to leave the value as it is. */
  Optional<Advice> current();

  /** An adviser that never advises: the configuration alone decides. */
  static LabelSmoothingAdvice none() {
    return Optional::empty;
  }

  /**
   * A suggestion.
   *
   * @param labelSmoothing probability that a label is wrong, in [0, 0.5)
   * @param evidence where it comes from, for the ledger
   */
  record Advice(double labelSmoothing, String evidence) {
    public Advice {
      if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
        throw new IllegalArgumentException(
            "label_smoothing: " + labelSmoothing + " must be at least 0 and below 0.5");
      }
    }
  }
}
