package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.PolicyHash;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/**
 * Named float32 tensors with gradients, sorted by name. The arrays belong to the model: they may be
 * changed in place by an optimizer, never closed.
 *
 * <p>Not thread-safe; the thread that trains uses it.
 */
public final class Parameters {
  private final Tensors tensors;
  private final SortedMap<String, NDArray> byName;
  private final List<NDArray> values;
  private final List<NDArray> gradients;

  /** Takes over the arrays and gives each a zero gradient. */
  Parameters(Tensors tensors, SortedMap<String, NDArray> byName) {
    this.tensors = tensors;
    this.byName = Collections.unmodifiableSortedMap(byName);
    this.values = List.copyOf(byName.values());
    tensors.requireGrad(values);
    this.gradients =
        values.stream().<NDArray>map(value -> JniUtils.getGradient((PtNDArray) value)).toList();
  }

  /** The names, sorted; every list of this class has this order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  List<NDArray> values() {
    return values;
  }

  /** The gradients accumulated so far: the same arrays for the model's whole life. */
  List<NDArray> gradients() {
    return gradients;
  }

  /** Sets all gradients to zero. */
  public void zeroGrad() {
    values.forEach(value -> JniUtils.zeroGrad((PtNDArray) value));
  }

  /** The identity of the values: see {@link PolicyHash}. */
  public String sha256() {
    return PolicyHash.of(export());
  }

  /** The values for writing to a file; they are read when streamed. */
  public List<NamedTensor> export() {
    return byName.entrySet().stream()
        .map(entry -> tensors.export(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Another array for writing to a file, such as an optimizer's moment. */
  NamedTensor export(String name, NDArray array) {
    return tensors.export(name, array);
  }

  /** A copy of a parameter's values, in row-major order. */
  public float[] get(String name) {
    return tensors.export(name, value(name)).toFloats();
  }

  /** Overwrites a parameter's values. */
  public void set(String name, float[] values) {
    NDArray value = value(name);
    tensors.copy(NamedTensor.of(name, Tensors.shape(value), values), value);
  }

  /**
   * Overwrites all values with a file's.
   *
   * @throws CheckpointException if the file lacks one
   * @throws IllegalArgumentException if a shape differs
   */
  public void load(Safetensors file) {
    byName.forEach((name, value) -> load(file.tensor(name), value));
  }

  /**
   * Overwrites another array, such as an optimizer's moment.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  void load(NamedTensor from, NDArray into) {
    tensors.copy(from, into);
  }

  private NDArray value(String name) {
    NDArray value = byName.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return value;
  }
}
