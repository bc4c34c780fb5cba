package io.dpostream.trainer.learner;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One preference in the form that a learner trains on. The arrays are not copied and must not
 * change.
 *
 * @param partition of the preference record
 * @param offset of the preference record
 * @param pairId key of the preference record
 * @param prompt token ids
 * @param chosen token ids of the better completion
 * @param rejected token ids of the worse completion
 * @param ranked token ids of the whole group, best first; empty when only two were ranked
 * @param probability that chosen is the better one, in [0.5, 1]
 * @param rewardMargin reward(chosen) - reward(rejected), where known
 * @param policyVersion the version of this run that sampled the pair; -1 for a pair from elsewhere
 */
public record TrainingPair(
    int partition,
    long offset,
    String pairId,
    int[] prompt,
    int[] chosen,
    int[] rejected,
    List<int[]> ranked,
    double probability,
    OptionalDouble rewardMargin,
    long policyVersion) {
  public TrainingPair {
    ranked = List.copyOf(ranked);
  }
}
