package io.dpostream.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.TorchProgram.Gradients;
import java.util.List;

/**
 * One batch's forward pass with its graph. Take the log-probabilities, work out the gradient of the
 * loss with respect to each, and hand it to {@link #backward}; then close.
 *
 * <p>While all logits of the completions fit into one chunk they stay in the graph; otherwise each
 * chunk is computed again in the backward pass.
 *
 * <p>Not thread-safe.
 */
public final class ForwardPass implements AutoCloseable {
  private final NDManager scope;
  private final TorchProgram program;
  private final List<NDArray> weights;
  private final PaddedBatch batch;
  private final int chunk;
  private final NDArray hidden;
  private final NDArray scores;
  private boolean spent;

  private ForwardPass(
      NDManager scope,
      TorchProgram program,
      List<NDArray> weights,
      PaddedBatch batch,
      int chunk,
      NDArray hidden,
      NDArray scores) {
    this.scope = scope;
    this.program = program;
    this.weights = weights;
    this.batch = batch;
    this.chunk = chunk;
    this.hidden = hidden;
    this.scores = scores;
  }

  static ForwardPass run(
      NDManager owner, TorchProgram program, List<NDArray> weights, PaddedBatch batch, int chunk) {
    NDManager scope = owner.newSubManager();
    try {
      NDArray hidden = hidden(scope, program, weights, batch);
      boolean whole = batch.targets().length <= chunk;
      NDArray scores =
          program.tensor(
              scope,
              whole ? Gradients.RECORD : Gradients.OFF,
              "scores",
              weights,
              hidden,
              batch.targets(),
              chunk);
      return new ForwardPass(scope, program, weights, batch, chunk, hidden, scores);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** Normed hidden states where a batch reads them, with their graph. */
  static NDArray hidden(
      NDManager scope, TorchProgram program, List<NDArray> weights, PaddedBatch batch) {
    return batch.positions().length == 0
        ? program.tensor(
            scope,
            Gradients.RECORD,
            "hidden",
            weights,
            List.of(),
            batch.rows(),
            batch.ids(),
            batch.at())
        : program.tensor(
            scope,
            Gradients.RECORD,
            "hidden_packed",
            weights,
            List.of(),
            batch.rows(),
            batch.ids(),
            batch.positions(),
            batch.at());
  }

  /** Log-probabilities of the completions' tokens: one row a sequence, one float32 a token. */
  public float[][] logprobs() {
    return batch.byRow(Arrays32.floats(scores));
  }

  /**
   * {@code log Σ_v p(v)²} of the distribution that each completion token was scored under: the log
   * of the chance that two draws agree. In the shape of {@link #logprobs}; computed anew, without a
   * graph.
   */
  public float[][] logCollisions() {
    try (NDManager passing = scope.newSubManager()) {
      return batch.byRow(
          Arrays32.floats(
              program.tensor(
                  passing,
                  Gradients.OFF,
                  "collisions",
                  weights,
                  hidden,
                  batch.at().length,
                  chunk)));
    }
  }

  /**
   * The divergence {@code KL(this ‖ other)} of the two models' distributions at each completion
   * token, over the whole vocabulary. In the shape of {@link #logprobs}; without a graph.
   *
   * @param other of the same vocabulary
   */
  public float[][] divergences(LanguageModel other) {
    try (NDManager passing = scope.newSubManager()) {
      return batch.byRow(
          Arrays32.floats(
              program.tensor(
                  passing,
                  Gradients.OFF,
                  "divergences",
                  weights,
                  hidden,
                  other.slots(),
                  other.hidden(passing, batch),
                  batch.at().length,
                  chunk)));
    }
  }

  /** The log-probabilities before rounding to float32. */
  double[] exactLogprobs() {
    return scores.toDoubleArray();
  }

  /**
   * Adds to every parameter's gradient, given the loss's derivative with respect to each
   * log-probability. May be called once.
   *
   * @param dLogprobs the shape of {@link #logprobs}
   */
  public void backward(double[][] dLogprobs) {
    if (spent) {
      throw new IllegalStateException("the backward pass has been taken already");
    }
    double[] d = batch.flat(dLogprobs);
    spent = true;
    if (batch.targets().length <= chunk) {
      program.run(Gradients.RECORD, "backward", scores, d);
    } else {
      program.run(Gradients.RECORD, "scores_backward", weights, hidden, batch.targets(), chunk, d);
    }
  }

  /** Frees the graph. */
  @Override
  public void close() {
    scope.close();
  }
}
