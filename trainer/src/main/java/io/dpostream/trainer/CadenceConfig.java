package io.dpostream.trainer;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.Require;

/** When a run ends, and what it does every so many steps. */
public record CadenceConfig(
    @Doc("Passes over a pinned range; a stream is passed once.") @Default("1") int numTrainEpochs,
    @Doc("The run ends after this step; 0 for no end.") @Default("0") long maxSteps,
    @Doc("Steps between two checkpoints.") @Default("50") long checkpointSteps,
    @Doc("Newest checkpoints that are kept.") @Default("2") int keepCheckpoints,
    @Doc("Steps between two published versions.") @Default("10") long publishSteps,
    @Doc(
            "Steps between two measurements of the divergence from the reference over the whole"
                + " vocabulary, on the first micro-batch; 0 for none.")
        @Default("10")
        long klFullSteps,
    @Doc("So many steps in a row without a finite loss and gradient stop the run.") @Default("3")
        int maxNonFiniteSteps) {

  public CadenceConfig {
    Require.atLeast("num_train_epochs", numTrainEpochs, 1);
    Require.atLeast("max_steps", maxSteps, 0);
    Require.atLeast("checkpoint_steps", checkpointSteps, 1);
    Require.atLeast("keep_checkpoints", keepCheckpoints, 1);
    Require.atLeast("publish_steps", publishSteps, 1);
    Require.atLeast("kl_full_steps", klFullSteps, 0);
    Require.atLeast("max_non_finite_steps", maxNonFiniteSteps, 1);
  }

  /** This cadence with another last step. */
  public CadenceConfig withMaxSteps(long steps) {
    return RecordCopy.with(this, "maxSteps", steps);
  }
}
