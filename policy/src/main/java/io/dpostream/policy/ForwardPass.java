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
  private final Network network;
  private final PaddedBatch batch;
  private final int chunk;
  private final List<NDArray> checkpoints;
  private final NDArray hidden;
  private final NDArray scores;
  private boolean spent;

  private ForwardPass(
      NDManager scope,
      Network network,
      PaddedBatch batch,
      int chunk,
      List<NDArray> checkpoints,
      NDArray hidden,
      NDArray scores) {
    this.scope = scope;
    this.network = network;
    this.batch = batch;
    this.chunk = chunk;
    this.checkpoints = checkpoints;
    this.hidden = hidden;
    this.scores = scores;
  }

  static ForwardPass run(
      Network network, NDManager owner, PaddedBatch batch, int chunk, boolean checkpointing) {
    TorchProgram program = network.program();
    List<NDArray> weights = network.weights();
    NDManager scope = owner.newSubManager();
    try {
      List<NDArray> checkpoints =
          checkpointing
              ? program.tensors(
                  scope,
                  Gradients.OFF,
                  "checkpoints",
                  weights,
                  network.adapters(),
                  batch.rows(),
                  batch.ids(),
                  batch.positions())
              : List.of();
      NDArray hidden =
          checkpointing
              ? program.tensor(
                  scope,
                  Gradients.RECORD,
                  "picked",
                  checkpoints.get(checkpoints.size() - 1),
                  weights,
                  batch.at())
              : program.tensor(
                  scope,
                  Gradients.RECORD,
                  "hidden_packed",
                  weights,
                  network.adapters(),
                  batch.rows(),
                  batch.ids(),
                  batch.positions(),
                  batch.at());
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
      return new ForwardPass(scope, network, batch, chunk, checkpoints, hidden, scores);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
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
              network
                  .program()
                  .tensor(
                      passing,
                      Gradients.OFF,
                      "collisions",
                      network.weights(),
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
              network
                  .program()
                  .tensor(
                      passing,
                      Gradients.OFF,
                      "divergences",
                      network.weights(),
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
    TorchProgram program = network.program();
    List<NDArray> weights = network.weights();
    if (batch.targets().length <= chunk) {
      program.run(Gradients.RECORD, "backward", scores, d);
    } else {
      program.run(Gradients.RECORD, "scores_backward", weights, hidden, batch.targets(), chunk, d);
    }
    if (!checkpoints.isEmpty()) {
      program.run(
          Gradients.RECORD,
          "checkpoints_backward",
          weights,
          network.adapters(),
          batch.rows(),
          batch.ids(),
          batch.positions(),
          checkpoints);
    }
  }

  /** Frees the graph. */
  @Override
  public void close() {
    scope.close();
  }
}
