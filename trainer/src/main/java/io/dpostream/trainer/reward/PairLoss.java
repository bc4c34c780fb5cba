package io.dpostream.trainer.reward;

import io.dpostream.trainer.epoch.BatchLoss;

/**
 * The loss of a batch of pairs.
 *
 * @param loss mean over the pairs
 * @param accuracy how well they were ordered
 */
public record PairLoss(double loss, RewardAccuracy accuracy) implements BatchLoss {}
