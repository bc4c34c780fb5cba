package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW with decoupled weight decay on matrices alone: vectors, that is norms and biases, do not
 * decay. Source: Loshchilov and Hutter, <a href="https://arxiv.org/abs/1711.05101">1711.05101</a>;
 * the arithmetic is PyTorch's fused kernel in float32.
 *
 * <p>Its moments belong to a manager of its own. Not thread-safe.
 */
public final class AdamW implements AutoCloseable {
  private final Settings settings;
  private final Parameters parameters;
  private final NDManager manager;
  private final TorchProgram program;
  private final List<NDArray> first;
  private final List<NDArray> second;
  private long updates;

  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {}

  /** Creates an optimizer with zero moments. Close it before the model. */
  public AdamW(Settings settings, TrainableModel model) {
    this.settings = settings;
    this.parameters = model.parameters();
    this.manager = model.manager().newSubManager();
    this.program = TorchProgram.load(manager, "optimizer");
    this.first = zeros();
    this.second = zeros();
  }

  private List<NDArray> zeros() {
    return parameters.values().stream()
        .map(value -> program.tensor(manager, Gradients.OFF, "zeros_like", value))
        .toList();
  }

  /**
   * Moves the parameters along their gradients, scaled down to a norm of at most {@code maxNorm}.
   * When the norm is not finite, nothing moves and no update is counted.
   *
   * @param maxNorm bound of the norm; 0 for none
   * @return the 2-norm of all gradients together, before scaling
   */
  public double step(double learningRate, double maxNorm) {
    double norm = gradientNorm();
    if (Double.isFinite(norm)) {
      clip(norm, maxNorm);
      update(learningRate);
    }
    return norm;
  }

  /** The 2-norm of all gradients together. */
  double gradientNorm() {
    try (NDManager scope = manager.newSubManager()) {
      return program.tensor(scope, Gradients.OFF, "norm", parameters.gradients()).getFloat();
    }
  }

  /**
   * Scales the gradients down to a norm of at most {@code bound}, given their norm; never if the
   * bound is 0.
   */
  void clip(double norm, double bound) {
    double factor = bound / (norm + 1e-6);
    if (bound > 0 && factor < 1) {
      program.run(Gradients.OFF, "scale", parameters.gradients(), factor);
    }
  }

  /** Moves the parameters along their gradients. */
  void update(double learningRate) {
    updates++;
    update(learningRate, settings.weightDecay(), true);
    update(learningRate, 0, false);
  }

  private void update(double learningRate, double decay, boolean matrices) {
    List<List<NDArray>> tensors = List.of(list(), list(), list(), list());
    for (int i = 0; i < first.size(); i++) {
      NDArray value = parameters.values().get(i);
      if (value.getShape().dimension() > 1 == matrices) {
        tensors.get(0).add(value);
        tensors.get(1).add(parameters.gradients().get(i));
        tensors.get(2).add(first.get(i));
        tensors.get(3).add(second.get(i));
      }
    }
    if (tensors.get(0).isEmpty()) {
      return;
    }
    program.run(
        Gradients.OFF,
        "adamw",
        tensors.get(0),
        tensors.get(1),
        tensors.get(2),
        tensors.get(3),
        updates,
        learningRate,
        settings.beta1(),
        settings.beta2(),
        decay,
        settings.epsilon());
  }

  private static List<NDArray> list() {
    return new ArrayList<>();
  }

  /** Updates taken so far. */
  public long updates() {
    return updates;
  }

  /** The moments, named {@code m.NAME} and {@code v.NAME}. */
  public List<NamedTensor> export() {
    List<NamedTensor> tensors = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      String name = parameters.names().get(i);
      tensors.add(parameters.export("m." + name, first.get(i)));
      tensors.add(parameters.export("v." + name, second.get(i)));
    }
    return tensors;
  }

  /**
   * Replaces the state with a stored one.
   *
   * @throws CheckpointException if the file lacks a moment
   * @throws IllegalArgumentException if a shape differs
   */
  public void load(Safetensors file, long updatesTaken) {
    for (int i = 0; i < first.size(); i++) {
      String name = parameters.names().get(i);
      parameters.load(file.tensor("m." + name), first.get(i));
      parameters.load(file.tensor("v." + name), second.get(i));
    }
    updates = updatesTaken;
  }

  @Override
  public void close() {
    manager.close();
  }
}
