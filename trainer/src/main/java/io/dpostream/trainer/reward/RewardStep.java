package io.dpostream.trainer.reward;

/**
 * What one step came to.
 *
 * @param step from 1
 * @param steps of the whole run
 * @param loss mean over the batch, before the step
 * @param accuracy share of the batch's pairs whose chosen side had the higher score
 * @param margin mean of chosen score minus rejected score
 * @param gradNorm global norm before clipping
 * @param learningRate of this step
 */
public record RewardStep(
    long step,
    long steps,
    double loss,
    double accuracy,
    double margin,
    double gradNorm,
    double learningRate) {}
