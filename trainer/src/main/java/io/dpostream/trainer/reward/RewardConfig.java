package io.dpostream.trainer.reward;

import io.dpostream.settings.UserException;
import java.util.List;

/**
 * How a reward model is trained. The components are the configuration's keys in camel case; where
 * TRL has a key, it has TRL's name.
 *
 * @param learningRate peak learning rate
 * @param lrSchedulerType constant, constant_with_warmup, linear or cosine
 * @param warmupSteps steps over which the rate rises from 0
 * @param weightDecay of AdamW; norms and biases are left out
 * @param maxGradNorm bound of the global norm; 0 for none
 * @param perDeviceTrainBatchSize pairs of one step
 * @param maxLength tokens of prompt and completion; longer pairs are left out
 * @param centerRewardsCoefficient pull of the scores' mean towards 0; 0 for none
 * @param numTrainEpochs passes over the data
 * @param maxSteps the run ends after this step; 0 for the end of the last epoch
 * @param evalShare share of the prompts that is held out, in [0, 1)
 * @param seed of the head, the order and what is held out
 */
public record RewardConfig(
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
    double centerRewardsCoefficient,
    int numTrainEpochs,
    long maxSteps,
    double evalShare,
    long seed) {

  private static final List<String> SCHEDULES =
      List.of("constant", "constant_with_warmup", "linear", "cosine");

  /** TRL's defaults, with a tenth of the prompts held out. */
  public static RewardConfig defaults() {
    return new RewardConfig(
        /* learningRate= */ 1e-4,
        /* lrSchedulerType= */ "linear",
        /* warmupSteps= */ 0,
        /* weightDecay= */ 0,
        /* adamBeta1= */ 0.9,
        /* adamBeta2= */ 0.999,
        /* adamEpsilon= */ 1e-8,
        /* maxGradNorm= */ 1,
        /* perDeviceTrainBatchSize= */ 8,
        /* maxLength= */ 1024,
        /* centerRewardsCoefficient= */ 0,
        /* numTrainEpochs= */ 3,
        /* maxSteps= */ 0,
        /* evalShare= */ 0.1,
        /* seed= */ 42);
  }

  public RewardConfig {
    require(learningRate > 0, "learning_rate", learningRate, "above 0");
    require(
        SCHEDULES.contains(lrSchedulerType),
        "lr_scheduler_type",
        lrSchedulerType,
        "one of " + String.join(", ", SCHEDULES));
    require(perDeviceTrainBatchSize >= 1, "per_device_train_batch_size", perDeviceTrainBatchSize);
    require(maxLength >= 2, "max_length", maxLength, "at least 2");
    require(
        centerRewardsCoefficient >= 0,
        "center_rewards_coefficient",
        centerRewardsCoefficient,
        "0 or more");
    require(numTrainEpochs >= 1, "num_train_epochs", numTrainEpochs);
    require(maxSteps >= 0, "max_steps", maxSteps, "0 or more");
    require(evalShare >= 0 && evalShare < 1, "eval_share", evalShare, "at least 0 and below 1");
  }

  private static void require(boolean holds, String key, int value) {
    require(holds, key, value, "at least 1");
  }

  private static void require(boolean holds, String key, Object value, String wanted) {
    if (!holds) {
      throw new UserException("reward." + key + ": " + value + " should be " + wanted);
    }
  }
}
