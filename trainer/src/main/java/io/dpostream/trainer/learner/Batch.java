package io.dpostream.trainer.learner;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The input of one step.
 *
 * @param step from 1
 * @param pairs in the order in which the step uses them; never empty
 * @param labelSmoothing set through the ledger, in place of the configured one
 */
public record Batch(long step, List<TrainingPair> pairs, OptionalDouble labelSmoothing) {
  public Batch {
    if (step < 1) {
      throw new IllegalArgumentException("step: " + step + " must be at least 1");
    }
    pairs = List.copyOf(pairs);
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("pairs: a step needs at least one pair");
    }
  }
}
