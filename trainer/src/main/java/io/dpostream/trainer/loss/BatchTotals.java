package io.dpostream.trainer.loss;

import java.util.List;

/**
 * The divisors of a step's means, so that any part of its batch can be evaluated alone.
 *
 * @param groups preferences in the step
 * @param chosenTokens tokens of all their chosen completions
 */
public record BatchTotals(int groups, long chosenTokens) {
  /** The totals of a step given as a whole. */
  public static BatchTotals of(List<PreferenceLogps> batch) {
    return new BatchTotals(
        batch.size(), batch.stream().mapToLong(group -> group.chosen().tokens()).sum());
  }
}
