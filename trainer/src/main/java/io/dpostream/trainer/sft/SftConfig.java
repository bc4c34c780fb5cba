package io.dpostream.trainer.sft;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Flat;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import io.dpostream.trainer.OptimizerConfig;

/** How a model is fine-tuned; the keys have TRL's names and defaults. */
public record SftConfig(
    @Flat @Default("{learning_rate: 2e-5, lr_scheduler_type: linear}") OptimizerConfig optimizer,
    @Doc("Rows of one step: packed rows, or one sequence each.") @Default("8")
        int perDeviceTrainBatchSize,
    @Doc("Tokens of a packed row; rows of the data that are longer are rejected and reported.")
        @Default("1024")
        int maxLength,
    @Doc("Puts several sequences into a row, where they do not see each other.") @Default("false")
        boolean packing,
    @Doc("Passes over the data.") @Default("3") int numTrainEpochs,
    @Doc("The run ends after this step; 0 for the end of the last epoch.") @Default("0")
        long maxSteps,
    @Doc("Seed of the order, which is drawn anew for each epoch.") @Default("42") long seed) {

  /** TRL's defaults. */
  public static SftConfig defaults() {
    return SettingsTree.defaults(SftConfig.class);
  }

  public SftConfig {
    Require.atLeast("per_device_train_batch_size", perDeviceTrainBatchSize, 1);
    Require.atLeast("max_length", maxLength, 2);
    Require.atLeast("num_train_epochs", numTrainEpochs, 1);
    Require.atLeast("max_steps", maxSteps, 0);
  }
}
