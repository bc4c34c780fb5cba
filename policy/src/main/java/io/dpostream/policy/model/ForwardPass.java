package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.ArrayValues;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.List;
import java.util.Optional;

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
  private final Model model;
  private final NDManager scope;
  private final PaddedBatch batch;
  private final Lower lower;
  private final NDArray hidden;
  private final NDArray scores;
  private boolean spent;

  /**
   * What a pass computes with.
   *
   * @param manager owns it
   * @param weights in the program's order
   * @param adapters in the program's order; empty for none
   * @param chunk most positions whose logits exist at one time
   * @param checkpointing keeps the layers' inputs in place of their graphs
   */
  record Model(
      NDManager manager,
      TorchProgram program,
      List<NDArray> weights,
      List<NDArray> adapters,
      int chunk,
      boolean checkpointing) {}

  /**
   * The part of the layers that is kept for the backward pass: their inputs and the last one's
   * output, as a leaf that receives the gradient; or nothing, when the hidden states hold their
   * graph.
   */
  private record Lower(List<NDArray> inputs, Optional<NDArray> top) {}

  private ForwardPass(
      Model model, NDManager scope, PaddedBatch batch, Lower lower, NDArray hidden) {
    this.model = model;
    this.scope = scope;
    this.batch = batch;
    this.lower = lower;
    this.hidden = hidden;
    this.scores =
        model
            .program()
            .tensor(
                scope,
                isWhole() ? Gradients.RECORD : Gradients.OFF,
                "scores",
                model.weights(),
                hidden,
                batch.targets(),
                model.chunk());
  }

  static ForwardPass run(Model model, PaddedBatch batch) {
    NDManager scope = model.manager().newSubManager();
    try {
      return model.checkpointing()
          ? checkpointed(model, scope, batch)
          : new ForwardPass(
              model,
              scope,
              batch,
              new Lower(List.of(), Optional.empty()),
              hidden(model, scope, batch));
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private static ForwardPass checkpointed(Model model, NDManager scope, PaddedBatch batch) {
    if (batch.positions().length > 0) {
      throw new IllegalArgumentException("packed rows are not computed with checkpointing");
    }
    TorchProgram program = model.program();
    List<NDArray> inputs =
        program.tensors(
            scope,
            Gradients.OFF,
            "layer_inputs",
            model.weights(),
            model.adapters(),
            batch.rows(),
            batch.ids());
    NDArray top = program.tensor(scope, Gradients.RECORD, "leaf", inputs.get(inputs.size() - 1));
    NDArray hidden =
        program.tensor(scope, Gradients.RECORD, "picked", top, model.weights(), batch.at());
    return new ForwardPass(model, scope, batch, new Lower(inputs, Optional.of(top)), hidden);
  }

  /** Computes the normalized hidden states that a batch reads, with their graph. */
  static NDArray hidden(Model model, NDManager scope, PaddedBatch batch) {
    TorchProgram program = model.program();
    return batch.positions().length == 0
        ? program.tensor(
            scope,
            Gradients.RECORD,
            "hidden",
            model.weights(),
            model.adapters(),
            batch.rows(),
            batch.ids(),
            batch.at())
        : program.tensor(
            scope,
            Gradients.RECORD,
            "hidden_packed",
            model.weights(),
            model.adapters(),
            batch.rows(),
            batch.ids(),
            batch.positions(),
            batch.at());
  }

  private boolean isWhole() {
    return batch.targets().length <= model.chunk();
  }

  /** Log-probabilities of the completions' tokens: one row a sequence, one float32 a token. */
  public float[][] logprobs() {
    return batch.byRow(ArrayValues.floats(scores));
  }

  /**
   * {@code log Σ_v p(v)²} of the distribution that each completion token was scored under: the log
   * of the chance that two draws agree. In the shape of {@link #logprobs}; recomputed without a
   * graph.
   */
  public float[][] logCollisions() {
    try (NDManager passing = scope.newSubManager()) {
      return batch.byRow(
          ArrayValues.floats(
              model
                  .program()
                  .tensor(
                      passing,
                      Gradients.OFF,
                      "collisions",
                      model.weights(),
                      hidden,
                      batch.at().length,
                      model.chunk())));
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
          ArrayValues.floats(
              model
                  .program()
                  .tensor(
                      passing,
                      Gradients.OFF,
                      "divergences",
                      model.weights(),
                      hidden,
                      other.slots(),
                      other.hidden(passing, batch),
                      batch.at().length,
                      model.chunk())));
    }
  }

  /** The log-probabilities before they are rounded to float32. */
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
    TorchProgram program = model.program();
    if (isWhole()) {
      program.run(Gradients.RECORD, "backward", scores, d);
    } else {
      program.run(
          Gradients.RECORD,
          "scores_backward",
          model.weights(),
          hidden,
          batch.targets(),
          model.chunk(),
          d);
    }
    lower
        .top()
        .ifPresent(
            top ->
                program.run(
                    Gradients.RECORD,
                    "layers_backward",
                    model.weights(),
                    model.adapters(),
                    lower.inputs(),
                    top,
                    batch.rows(),
                    batch.ids()));
  }

  /** Frees the graph. */
  @Override
  public void close() {
    scope.close();
  }
}
