package io.dpostream.trainer.epoch;

import io.dpostream.policy.model.AdamW;

/**
 * How a model is trained over epochs.
 *
 * @param section of the configuration, which messages name
 * @param learningRate peak learning rate
 * @param lrSchedulerType how the rate goes on from there
 * @param warmupSteps steps over which the rate rises from 0
 * @param maxGradNorm bound of the global norm; 0 for none
 * @param numTrainEpochs passes over the data
 * @param maxSteps the training ends after this step; 0 for the end of the last epoch
 */
public record EpochSettings(
    String section,
    AdamW.Settings optimizer,
    double learningRate,
    String lrSchedulerType,
    long warmupSteps,
    double maxGradNorm,
    int numTrainEpochs,
    long maxSteps) {}
