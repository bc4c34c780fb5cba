package io.dpostream.trainer.learner;

import io.dpostream.trainer.loss.LossState;

/**
 * The part of a learner's state that advances with each step, apart from its tensors.
 *
 * @param step last step taken, whether or not it changed the policy
 * @param tokens prompt and completion tokens of all steps
 * @param lossState the losses' state after that step
 */
record LearnerProgress(long step, long tokens, LossState lossState) {
  static final LearnerProgress NONE = new LearnerProgress(0, 0, LossState.EMPTY);

  /** Counts a step that left the policy and the loss state unchanged. */
  LearnerProgress skipped(long nextStep, long stepTokens) {
    return new LearnerProgress(nextStep, tokens + stepTokens, lossState);
  }

  LearnerProgress applied(long nextStep, long stepTokens, LossState nextLossState) {
    return new LearnerProgress(nextStep, tokens + stepTokens, nextLossState);
  }
}
