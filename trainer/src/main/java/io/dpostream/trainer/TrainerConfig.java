package io.dpostream.trainer;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Flat;
import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsTree;
import io.dpostream.trainer.BatchConfig.StalePairs;
import io.dpostream.trainer.loss.LossConfig;
import io.dpostream.trainer.loss.LossConfig.LabelSmoothingSource;
import io.dpostream.trainer.loss.Losses;

/**
 * How a run is trained. Its parts' keys all stand in one section; where TRL has a key, it has TRL's
 * name. A "step" is an optimizer step, a "version" a published policy.
 */
public record TrainerConfig(
    @Flat LossConfig loss,
    @Flat OptimizerConfig optimizer,
    @Flat BatchConfig batch,
    @Flat ReferenceConfig reference,
    @Flat LoraConfig lora,
    @Flat CadenceConfig cadence,
    @Doc("Seed of every random draw of the training.") @Default("42") long seed,
    @Doc("Runs forward and backward in bfloat16; masters stay float32.") @Default("false")
        boolean bf16,
    @Doc("Computes each layer again in the backward pass, for less memory.") @Default("false")
        boolean gradientCheckpointing) {

  /** The section that holds these keys. */
  public static final String SECTION = "trainer";

  /** DPO with TRL's defaults, but for the schedule: a stream has no end to decay towards. */
  public static TrainerConfig defaults() {
    return SettingsTree.defaults(TrainerConfig.class);
  }

  public TrainerConfig {
    boolean weighted = batch.stalePairs() == StalePairs.WEIGHT;
    Losses.check(loss.withWeighting(loss.useWeighting() || weighted));
    Require.that(
        loss.labelSmoothingSource() == LabelSmoothingSource.CONFIG
            || Losses.usesLabelSmoothing(loss),
        "label_smoothing_source",
        loss.labelSmoothingSource(),
        "needs a loss that uses label_smoothing, such as sigmoid or robust; loss_type is "
            + String.join(", ", loss.lossType()));
    Require.that(
        !weighted || (batch.maxStaleness().isPresent() && !loss.useWeighting()),
        "stale_pairs",
        batch.stalePairs(),
        "needs max_staleness, and has no effect beside use_weighting; set one or take skip");
  }

  /** This configuration with another last step. */
  public TrainerConfig withMaxSteps(long steps) {
    return RecordCopy.with(this, "cadence", cadence.withMaxSteps(steps));
  }
}
