package io.dpostream.trainer.reward;

/**
 * How well a reward model orders pairs.
 *
 * @param pairs measured
 * @param accuracy share whose chosen side has the higher score; NaN without pairs
 * @param margin mean of chosen score minus rejected score; NaN without pairs
 */
public record RewardAccuracy(long pairs, double accuracy, double margin) {}
