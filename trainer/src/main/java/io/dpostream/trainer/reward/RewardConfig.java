package io.dpostream.trainer.reward;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Flat;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import io.dpostream.trainer.OptimizerConfig;

/** How a reward model is trained; where TRL has a key, it has TRL's name. */
public record RewardConfig(
    @Flat @Default("{learning_rate: 1e-4, lr_scheduler_type: linear}") OptimizerConfig optimizer,
    @Doc("Pairs of one step.") @Default("8") int perDeviceTrainBatchSize,
    @Doc("Tokens of prompt and completion; longer pairs are left out.") @Default("1024")
        int maxLength,
    @Doc("Pull of the scores' mean towards 0; 0 for none.") @Default("0")
        double centerRewardsCoefficient,
    @Doc("Passes over the data.") @Default("3") int numTrainEpochs,
    @Doc("The run ends after this step; 0 for the end of the last epoch.") @Default("0")
        long maxSteps,
    @Doc("Share of the prompts that is held out, in [0, 1).") @Default("0.1") double evalShare,
    @Doc("Seed of the head, of the order and of what is held out.") @Default("42") long seed) {

  /** TRL's defaults, with a tenth of the prompts held out. */
  public static RewardConfig defaults() {
    return SettingsTree.defaults(RewardConfig.class);
  }

  public RewardConfig {
    Require.above("learning_rate", optimizer.learningRate(), 0);
    Require.atLeast("per_device_train_batch_size", perDeviceTrainBatchSize, 1);
    Require.atLeast("max_length", maxLength, 2);
    Require.atLeast("center_rewards_coefficient", centerRewardsCoefficient, 0);
    Require.atLeast("num_train_epochs", numTrainEpochs, 1);
    Require.atLeast("max_steps", maxSteps, 0);
    Require.atLeastAndBelow("eval_share", evalShare, 0, 1);
  }
}
