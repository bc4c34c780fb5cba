package io.dpostream.trainer.learner;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The input of one step.
 *
 * @param step from 1
 * @param pairs in the order in which the step uses them; never empty
 * @param labelSmoothing set through the ledger, in place of the configured one
 * @param publishedVersion the newest one when the step is taken; -1 for none
 */
public record TrainingBatch(
    long step, List<TrainingPair> pairs, OptionalDouble labelSmoothing, long publishedVersion) {
  public TrainingBatch {
    if (step < 1) {
      throw new IllegalArgumentException("step: " + step + " must be at least 1");
    }
    pairs = List.copyOf(pairs);
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("pairs: a step needs at least one pair");
    }
  }

  /** How many versions ago this run sampled a pair; 0 for a pair from elsewhere. */
  public long staleness(TrainingPair pair) {
    return pair.policyVersion() < 0 ? 0 : Math.max(0, publishedVersion - pair.policyVersion());
  }
}
