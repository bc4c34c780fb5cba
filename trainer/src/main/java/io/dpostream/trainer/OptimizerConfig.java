package io.dpostream.trainer;

import io.dpostream.policy.model.AdamW;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;

/** How weights move: AdamW, its schedule and its bound. Shared by all that is trained here. */
public record OptimizerConfig(
    @Doc("Peak learning rate.") @Default("1e-6") double learningRate,
    @Doc(
            "How the rate goes on after the warm-up; `linear` and `cosine` fall to 0 at the last step.")
        @Default("constant")
        LrSchedulerType lrSchedulerType,
    @Doc("Steps over which the rate rises from 0, whatever the schedule.") @Default("0")
        long warmupSteps,
    @Doc("Weight decay of AdamW; norms and biases are left out.") @Default("0") double weightDecay,
    @Doc("Decay of AdamW's first moment, in [0, 1).") @Default("0.9") double adamBeta1,
    @Doc("Decay of AdamW's second moment, in [0, 1).") @Default("0.999") double adamBeta2,
    @Doc("Added to AdamW's denominator; above 0.") @Default("1e-8") double adamEpsilon,
    @Doc("Bound of the gradient's global norm; 0 for none.") @Default("1") double maxGradNorm) {

  public OptimizerConfig {
    Require.atLeast("learning_rate", learningRate, 0);
    Require.atLeast("warmup_steps", warmupSteps, 0);
    Require.atLeast("weight_decay", weightDecay, 0);
    Require.atLeastAndBelow("adam_beta1", adamBeta1, 0, 1);
    Require.atLeastAndBelow("adam_beta2", adamBeta2, 0, 1);
    Require.above("adam_epsilon", adamEpsilon, 0);
    Require.atLeast("max_grad_norm", maxGradNorm, 0);
  }

  /** What the optimizer itself takes of these. */
  public AdamW.Settings adamW() {
    return new AdamW.Settings(adamBeta1, adamBeta2, adamEpsilon, weightDecay);
  }
}
