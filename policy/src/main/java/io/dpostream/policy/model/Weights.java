package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
    requireTiedHead(config, file);
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
    slots.set(ModelSlot.ROTARY_FREQUENCIES.place(), tensors.create(config.rotaryFrequencies(0)));
    return new Weights(byName, List.copyOf(slots));
  }

  /** Transformers would use a head of other values, whatever config.json says. */
  private static void requireTiedHead(ModelConfig config, Safetensors file) {
    if (!config.separateHead()
        && file.has(WeightLayout.HEAD)
        && !file.sameBytes(WeightLayout.HEAD, WeightLayout.EMBEDDING)) {
      throw new CheckpointException(
          file.source(),
          "tensor %s differs from %s, though config.json ties them; set tie_word_embeddings to false"
              .formatted(WeightLayout.HEAD, WeightLayout.EMBEDDING));
    }
  }

  /**
   * The slots with the rotary frequencies of a sequence of so many tokens, which the scope owns.
   */
  static List<NDArray> stretchedTo(
      List<NDArray> slots, NDManager scope, ModelConfig config, int length) {
    List<NDArray> stretched = new ArrayList<>(slots);
    stretched.set(
        ModelSlot.ROTARY_FREQUENCIES.place(),
        scope.create(config.rotaryFrequencies(length)).duplicate());
    return List.copyOf(stretched);
  }
}
