package io.dpostream.trainer.epoch;

import io.dpostream.trainer.OptimizerConfig;

/**
 * Settings of a training over epochs.
 *
 * @param section of the configuration, which messages name
 * @param numTrainEpochs passes over the data
 * @param maxSteps the training ends after this step; 0 for the end of the last epoch
 */
public record EpochSettings(
    String section, OptimizerConfig optimizer, int numTrainEpochs, long maxSteps) {}
