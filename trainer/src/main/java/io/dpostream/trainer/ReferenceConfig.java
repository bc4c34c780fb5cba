package io.dpostream.trainer;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;

/** What becomes of the reference while the policy is trained. */
public record ReferenceConfig(
    @Doc("Scores a pinned range under the reference before the first step.") @Default("false")
        boolean precomputeRefLogProbs,
    @Doc("Moves the reference towards the policy, as TR-DPO does.") @Default("false")
        boolean syncRefModel,
    @Doc("The policy's share in a moved reference, in (0, 1]; 1 is a hard copy.")
        @Default(ReferenceConfig.MIXUP_ALPHA + "")
        double refModelMixupAlpha,
    @Doc("Steps between two such moves.") @Default(ReferenceConfig.SYNC_STEPS + "")
        long refModelSyncSteps) {

  private static final double MIXUP_ALPHA = 0.6;
  private static final long SYNC_STEPS = 512;

  public ReferenceConfig {
    Require.aboveAndAtMost("ref_model_mixup_alpha", refModelMixupAlpha, 0, 1);
    Require.atLeast("ref_model_sync_steps", refModelSyncSteps, 1);
    Require.that(
        syncRefModel || (refModelMixupAlpha == MIXUP_ALPHA && refModelSyncSteps == SYNC_STEPS),
        "ref_model_mixup_alpha and ref_model_sync_steps",
        refModelMixupAlpha + ", " + refModelSyncSteps,
        "have no effect without sync_ref_model; leave them out");
    Require.that(
        !(precomputeRefLogProbs && syncRefModel),
        "precompute_ref_log_probs",
        true,
        "has no effect on a reference that moves; set it or sync_ref_model to false");
  }
}
