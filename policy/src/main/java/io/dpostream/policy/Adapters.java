package io.dpostream.policy;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * LoRA adapters in memory.
 *
 * @param byName their tensors under PEFT's names, sorted
 * @param slots the same in the order that the decoder program takes
 */
record Adapters(SortedMap<String, NDArray> byName, List<NDArray> slots) {
  private static final String PREFIX = "base_model.model.";
  private static final String WEIGHT = ".weight";

  /** No adapters: the base alone. */
  static Adapters none() {
    return new Adapters(new TreeMap<>(), List.of());
  }

  /** New adapters; the model they are laid over is unchanged. */
  static Adapters create(Tensors tensors, ModelConfig config, Lora lora) {
    WeightLayout layout = WeightLayout.of(config);
    Random random = new Random(lora.seed());
    NDArray nothing = tensors.create();
    SortedMap<String, NDArray> byName = new TreeMap<>();
    List<NDArray> slots = new ArrayList<>();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      for (String target : Lora.TARGETS) {
        if (!lora.targetModules().contains(target)) {
          slots.addAll(List.of(nothing, nothing));
          continue;
        }
        String weight = WeightLayout.projection(layer, target);
        List<Long> shape = layout.shape(weight);
        NDArray a = tensors.read(first(weight, lora.rank(), shape.get(1), random), Dtype.F32);
        NDArray b = tensors.read(second(weight, shape.get(0), lora.rank()), Dtype.F32);
        byName.put(name(weight, "A"), a);
        byName.put(name(weight, "B"), b);
        slots.addAll(List.of(a, b));
      }
    }
    return new Adapters(byName, List.copyOf(slots));
  }

  /** The pair A, B over a weight, if it has one. */
  Optional<Map.Entry<NDArray, NDArray>> over(String weight) {
    NDArray a = byName.get(name(weight, "A"));
    NDArray b = byName.get(name(weight, "B"));
    return a == null || b == null ? Optional.empty() : Optional.of(Map.entry(a, b));
  }

  private static NamedTensor first(String weight, long rank, long in, Random random) {
    float[] values = new float[Math.toIntExact(rank * in)];
    double bound = 1 / Math.sqrt(in);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    return NamedTensor.of(name(weight, "A"), List.of(rank, in), values);
  }

  private static NamedTensor second(String weight, long out, long rank) {
    float[] zeros = new float[Math.toIntExact(out * rank)];
    return NamedTensor.of(name(weight, "B"), List.of(out, rank), zeros);
  }

  private static String name(String weight, String matrix) {
    String module = weight.substring(0, weight.length() - WEIGHT.length());
    return PREFIX + module + ".lora_" + matrix + WEIGHT;
  }
}
