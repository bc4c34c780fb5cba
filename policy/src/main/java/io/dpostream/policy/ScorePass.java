package io.dpostream.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.TorchProgram.Gradients;

/**
 * One batch's scores under a sequence classifier, with their graph. Take the scores, work out the
 * gradient of the loss with respect to each, hand it to {@link #backward}; then close.
 *
 * <p>Not thread-safe.
 */
public final class ScorePass implements AutoCloseable {
  private final NDManager scope;
  private final TorchProgram program;
  private final NDArray scores;

  private ScorePass(NDManager scope, TorchProgram program, NDArray scores) {
    this.scope = scope;
    this.program = program;
    this.scores = scores;
  }

  static ScorePass run(Network network, NDManager owner, LastTokens batch, Gradients gradients) {
    NDManager scope = owner.newSubManager();
    try {
      NDArray hidden =
          network
              .program()
              .tensor(
                  scope,
                  gradients,
                  "hidden",
                  network.weights(),
                  network.adapters(),
                  batch.rows(),
                  batch.ids(),
                  batch.at());
      NDArray scores =
          network.program().tensor(scope, gradients, "values", network.weights(), hidden);
      return new ScorePass(scope, network.program(), scores);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** One score a sequence. */
  public float[] scores() {
    return Arrays32.floats(scores);
  }

  /** Adds to every parameter's gradient, given the loss's derivative by each score; once. */
  public void backward(double[] dScores) {
    if (dScores.length != scores.size()) {
      throw new IllegalArgumentException(
          dScores.length + " values for " + scores.size() + " scores");
    }
    program.run(Gradients.RECORD, "backward", scores, dScores);
  }

  /** Frees the graph. */
  @Override
  public void close() {
    scope.close();
  }
}
