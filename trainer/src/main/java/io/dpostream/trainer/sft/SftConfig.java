package io.dpostream.trainer.sft;

import io.dpostream.settings.UserException;

/**
 * How a model is fine-tuned. The components are the configuration's keys in camel case, with TRL's
 * names.
 *
 * @param learningRate peak learning rate
 * @param lrSchedulerType constant, linear or cosine
 * @param warmupSteps steps over which the rate rises from 0
 * @param weightDecay of AdamW; norms and biases are left out
 * @param maxGradNorm bound of the global norm; 0 for none
 * @param perDeviceTrainBatchSize rows of one step: packed rows, or one sequence each
 * @param maxLength tokens of a packed row; longer sequences are refused
 * @param packing puts several sequences into a row, where they do not see each other
 * @param numTrainEpochs passes over the data
 * @param maxSteps the run ends after this step; 0 for the end of the last epoch
 * @param seed of the order, drawn anew for each epoch
 */
public record SftConfig(
    double learningRate,
    String lrSchedulerType,
    long warmupSteps,
    double weightDecay,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    double maxGradNorm,
    int perDeviceTrainBatchSize,
    int maxLength,
    boolean packing,
    int numTrainEpochs,
    long maxSteps,
    long seed) {

  /** TRL's defaults. */
  public static SftConfig defaults() {
    return new SftConfig(
        /* learningRate= */ 2e-5,
        /* lrSchedulerType= */ "linear",
        /* warmupSteps= */ 0,
        /* weightDecay= */ 0,
        /* adamBeta1= */ 0.9,
        /* adamBeta2= */ 0.999,
        /* adamEpsilon= */ 1e-8,
        /* maxGradNorm= */ 1,
        /* perDeviceTrainBatchSize= */ 8,
        /* maxLength= */ 1024,
        /* packing= */ false,
        /* numTrainEpochs= */ 3,
        /* maxSteps= */ 0,
        /* seed= */ 42);
  }

  public SftConfig {
    require(perDeviceTrainBatchSize >= 1, "per_device_train_batch_size", perDeviceTrainBatchSize);
    require(maxLength >= 2, "max_length", maxLength);
    require(numTrainEpochs >= 1, "num_train_epochs", numTrainEpochs);
    require(maxSteps >= 0, "max_steps", maxSteps);
  }

  private static void require(boolean holds, String key, int value) {
    require(holds, key, (long) value);
  }

  private static void require(boolean holds, String key, long value) {
    if (!holds) {
      throw new UserException("sft." + key + ": " + value + " is too small; give a larger number");
    }
  }
}
