package io.dpostream.trainer.learner;

import io.dpostream.trainer.loss.LossState;

/**
 * How far a learner has come, apart from its tensors.
 *
 * @param step last step taken, whether it moved the policy or not
 * @param tokens prompt and completion tokens of all steps
 * @param lossState the losses' state after that step
 */
record LearnerProgress(long step, long tokens, LossState lossState) {
  static final LearnerProgress NONE = new LearnerProgress(0, 0, LossState.EMPTY);

  /** After a step that is counted but left policy and loss state as they were. */
  LearnerProgress skipped(long nextStep, long stepTokens) {
    return new LearnerProgress(nextStep, tokens + stepTokens, lossState);
  }

  LearnerProgress applied(long nextStep, long stepTokens, LossState nextLossState) {
    return new LearnerProgress(nextStep, tokens + stepTokens, nextLossState);
  }
}
