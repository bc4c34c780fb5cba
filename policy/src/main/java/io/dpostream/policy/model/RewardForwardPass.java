package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.ArrayValues;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;

/**
 * One batch's forward pass of a reward model with its graph. Take the scores, work out the gradient
 * of the loss with respect to each, and hand it to {@link #backward}; then close.
 *
 * <p>Not thread-safe.
 */
public final class RewardForwardPass implements AutoCloseable {
  private final NDManager scope;
  private final TorchProgram program;
  private final NDArray scores;
  private boolean spent;

  private RewardForwardPass(NDManager scope, TorchProgram program, NDArray scores) {
    this.scope = scope;
    this.program = program;
    this.scores = scores;
  }

  static RewardForwardPass run(ForwardPass.Model model, PaddedBatch batch) {
    NDManager scope = model.manager().newSubManager();
    TorchProgram program = model.layers().program();
    try {
      NDArray hidden = batch.hidden(model.layers(), scope, Gradients.RECORD);
      return new RewardForwardPass(
          scope,
          program,
          program.tensor(scope, Gradients.RECORD, "values", model.layers().weights(), hidden));
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** The scores, one float32 per sequence. */
  public float[] scores() {
    return ArrayValues.floats(scores);
  }

  /**
   * Adds to every parameter's gradient, given the loss's derivative with respect to each score. May
   * be called once.
   */
  public void backward(double[] dScores) {
    if (spent) {
      throw new IllegalStateException("the backward pass has been taken already");
    }
    if (dScores.length != scores.size()) {
      throw new IllegalArgumentException(
          dScores.length + " derivatives given for " + scores.size() + " scores");
    }
    spent = true;
    program.run(Gradients.RECORD, "backward", scores, dScores);
  }

  /** Frees the graph. */
  @Override
  public void close() {
    scope.close();
  }
}
