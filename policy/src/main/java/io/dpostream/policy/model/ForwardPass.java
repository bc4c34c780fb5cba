package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.ArrayValues;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One batch's forward pass with its graph. Take the log-probabilities, work out the gradient of the
 * loss with respect to each, and hand it to {@link #backward}; then close.
 *
 * <p>Up to a limit the probabilities at the completions' tokens are kept; beyond it each chunk of
 * them is computed again in the backward pass.
 *
 * <p>Not thread-safe.
 */
public final class ForwardPass implements AutoCloseable {
  private final Model model;
  private final NDManager scope;
  private final Batch batch;
  private final Lower lower;
  private final NDArray hidden;
  private final ScoredTargets scored;
  private boolean spent;

  /**
   * What a pass computes with.
   *
   * @param manager owns it
   * @param checkpointing keeps the layers' inputs in place of their graphs
   */
  record Model(NDManager manager, Layers layers, HeadLimits head, boolean checkpointing) {

    /** This model with dropout before its adapters, given a key for each input of a batch. */
    private Model dropping(NDManager scope, int[] keys) {
      return new Model(manager, layers.dropping(scope, keys), head, checkpointing);
    }

    Model checkpointed() {
      return new Model(manager, layers, head, true);
    }
  }

  /**
   * The part of the layers that is kept for the backward pass: their inputs and the last one's
   * output, as a leaf that receives the gradient; or nothing, when the hidden states hold their
   * graph.
   */
  private record Lower(List<NDArray> inputs, Optional<NDArray> top) {}

  private ForwardPass(Model model, NDManager scope, Batch batch, Lower lower, NDArray hidden) {
    this.model = model;
    this.scope = scope;
    this.batch = batch;
    this.lower = lower;
    this.hidden = hidden;
    this.scored = ScoredTargets.of(model, scope, batch, hidden);
  }

  static ForwardPass run(Model whole, Batch batch) {
    NDManager scope = whole.manager().newSubManager();
    try {
      int[] keys = batch.dropoutKeys();
      Model model = keys.length == 0 ? whole : whole.dropping(scope, keys);
      return model.checkpointing()
          ? checkpointed(model, scope, batch)
          : new ForwardPass(
              model,
              scope,
              batch,
              new Lower(List.of(), Optional.empty()),
              batch.hidden(model.layers(), scope, Gradients.RECORD));
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private static ForwardPass checkpointed(Model model, NDManager scope, Batch batch) {
    TorchProgram program = model.layers().program();
    List<NDArray> inputs = batch.layerInputs(model.layers(), scope);
    NDArray top = program.tensor(scope, Gradients.RECORD, "leaf", inputs.get(inputs.size() - 1));
    NDArray hidden =
        program.tensor(
            scope, Gradients.RECORD, "picked", top, model.layers().weights(), batch.targets().at());
    return new ForwardPass(model, scope, batch, new Lower(inputs, Optional.of(top)), hidden);
  }

  /** Log-probabilities of the completions' tokens: one row a sequence, one float32 a token. */
  public float[][] logprobs() {
    return batch.targets().byRow(ArrayValues.floats(scored.scores()));
  }

  /**
   * {@code log Σ_v p(v)²} of the distribution that each completion token was scored under: the log
   * of the chance that two draws agree. In the shape of {@link #logprobs}; recomputed without a
   * graph.
   */
  public float[][] logCollisions() {
    try (NDManager passing = scope.newSubManager()) {
      return byToken(passing, "collisions");
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
      return byToken(
          passing,
          "divergences",
          other.layers().weights(),
          batch.hidden(other.layers(), passing, Gradients.OFF));
    }
  }

  /**
   * Applies a method of the program to the weights and the hidden states, chunk by chunk.
   *
   * @param others what the method takes after them
   */
  private float[][] byToken(NDManager passing, String method, Object... others) {
    List<Object> arguments = new ArrayList<>(List.of(model.layers().weights(), hidden));
    arguments.addAll(List.of(others));
    arguments.addAll(List.of(batch.targets().size(), model.head().chunk()));
    NDArray values =
        model.layers().program().tensor(passing, Gradients.OFF, method, arguments.toArray());
    return batch.targets().byRow(ArrayValues.floats(values));
  }

  /** The log-probabilities before they are rounded to float32. */
  double[] exactLogprobs() {
    return scored.scores().toDoubleArray();
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
    double[] d = batch.targets().flat(dLogprobs);
    spent = true;
    scored.backward(model, batch, hidden, d);
    lower.top().ifPresent(top -> batch.layersBackward(model.layers(), lower.inputs(), top));
  }

  /** Frees the graph. */
  @Override
  public void close() {
    scope.close();
  }
}
