package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.StoredTensor;
import io.dpostream.policy.model.DecoderSlots.ModelSlot;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model's tensors in memory.
 *
 * @param byName the checkpoint's tensors, sorted by name
 * @param slots the arrays in the order that the decoder program takes
 */
record Weights(SortedMap<String, NDArray> byName, List<NDArray> slots) {

  /**
   * Loads a checkpoint's tensors, taking some from elsewhere.
   *
   * @param dtype the arrays' dtype
   * @param others by name; they replace the file's
   * @throws CheckpointException if a tensor is missing, has another shape, is not of the model, or
   *     holds a value that is not finite
   */
  static Weights load(
      Tensors tensors,
      ModelConfig config,
      Safetensors file,
      Dtype dtype,
      Map<String, NamedTensor> others) {
    WeightLayout layout = WeightLayout.of(config);
    layout.check(file, others.keySet());
    SortedMap<String, NDArray> byName = new TreeMap<>();
    for (String name : layout.names()) {
      NamedTensor tensor = others.getOrDefault(name, new StoredTensor(file, name));
      try {
        byName.put(name, tensors.read(tensor, dtype));
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(
            file.source(), e.getMessage() + "; no model can be run with it", e);
      }
    }
    NDArray nothing = tensors.create();
    List<NDArray> slots = new ArrayList<>();
    for (Optional<String> name : layout.slots()) {
      slots.add(name.map(byName::get).orElse(nothing));
    }
    slots.set(ModelSlot.ROTARY_FREQUENCIES.place(), tensors.create(rotaryFrequencies(config)));
    return new Weights(byName, List.copyOf(slots));
  }

  /** Computes the scaled rotary frequencies theta^(-2i / head_dim), in radians per position. */
  private static double[] rotaryFrequencies(ModelConfig config) {
    double[] frequencies = new double[config.headDim() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double unscaled = Math.pow(config.ropeTheta(), -2.0 * i / config.headDim());
      frequencies[i] = config.ropeScaling().scale(unscaled);
    }
    return frequencies;
  }
}
