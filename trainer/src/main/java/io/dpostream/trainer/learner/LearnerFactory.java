package io.dpostream.trainer.learner;

import io.dpostream.trainer.TrainerConfig;
import java.nio.file.Path;

/** Creates learners in their state before step 1. */
@FunctionalInterface
public interface LearnerFactory {

  /**
   * Opens a learner, which the caller closes.
   *
   * @param config with {@code maxSteps} set where the schedule needs it
   * @param policy Hugging Face folder that the policy starts from
   * @param reference Hugging Face folder of the reference; often the same
   * @throws io.dpostream.policy.checkpoint.CheckpointException when a folder cannot be used
   * @throws io.dpostream.settings.UserException when the configuration cannot be used
   */
  Learner open(TrainerConfig config, Path policy, Path reference);
}
