package io.dpostream.trainer.learner;

import io.dpostream.trainer.loss.LossState;

/**
 * How far a learner has come, apart from its tensors.
 *
 * @param step last step taken, whether it moved the policy or not
 * @param tokens prompt and completion tokens of all steps
 * @param lossState the losses' state after that step
 */
record Progress(long step, long tokens, LossState lossState) {
  static final Progress NONE = new Progress(0, 0, LossState.EMPTY);

  /** After a step that is counted but left policy and loss state as they were. */
  Progress skipped(long nextStep, long stepTokens) {
    return new Progress(nextStep, tokens + stepTokens, lossState);
  }

  Progress applied(long nextStep, long stepTokens, LossState nextLossState) {
    return new Progress(nextStep, tokens + stepTokens, nextLossState);
  }
}
