package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.JsonFiles;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model's low-rank adapters in memory.
 *
 * @param lora their configuration
 * @param byName A and B of each adapted projection, sorted by PEFT's names
 * @param slots the arrays in the order that the decoder program takes
 */
record LoraAdapters(Lora lora, SortedMap<String, NDArray> byName, List<NDArray> slots) {
  private static final String PREFIX = "base_model.model.";
  private static final String WEIGHT = ".weight";

  /** Creates adapters that change nothing yet: A is drawn from (-1/√in, 1/√in), B is zero. */
  static LoraAdapters create(Tensors tensors, ModelConfig config, Lora lora) {
    WeightLayout layout = WeightLayout.of(config);
    Random random = new Random(lora.seed());
    NDArray nothing = tensors.create();
    SortedMap<String, NDArray> byName = new TreeMap<>();
    List<NDArray> slots =
        new ArrayList<>(
            Collections.nCopies(DecoderSlots.adapters(config.numHiddenLayers()), nothing));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      for (String module : lora.targetModules()) {
        String projection = layout.projection(layer, module);
        List<Long> shape = layout.shape(projection);
        long rank = lora.rank();
        NDArray a =
            tensors.read(drawn(down(projection), List.of(rank, shape.get(1)), random), Dtype.F32);
        NDArray b = tensors.read(zero(up(projection), List.of(shape.get(0), rank)), Dtype.F32);
        byName.put(down(projection), a);
        byName.put(up(projection), b);
        int slot = DecoderSlots.adapter(layer, module);
        slots.set(slot, a);
        slots.set(slot + 1, b);
      }
    }
    return new LoraAdapters(lora, byName, List.copyOf(slots));
  }

  private static NamedTensor drawn(String name, List<Long> shape, Random random) {
    float[] values = new float[Math.toIntExact(NamedTensor.elements(shape))];
    double bound = 1 / Math.sqrt(shape.get(1));
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return NamedTensor.of(name, shape, values);
  }

  private static NamedTensor zero(String name, List<Long> shape) {
    return NamedTensor.of(name, shape, new float[Math.toIntExact(NamedTensor.elements(shape))]);
  }

  private static String down(String projection) {
    return adapter(projection, ".lora_A");
  }

  private static String up(String projection) {
    return adapter(projection, ".lora_B");
  }

  private static String adapter(String projection, String part) {
    String module = projection.substring(0, projection.length() - WEIGHT.length());
    return PREFIX + module + part + WEIGHT;
  }

  /**
   * Adds a base tensor's adapter, in float64 and rounded once; returns a tensor without an adapter
   * unchanged.
   */
  NamedTensor merged(Tensors tensors, NamedTensor base) {
    NDArray a = base.name().endsWith(WEIGHT) ? byName.get(down(base.name())) : null;
    NDArray b = a == null ? null : byName.get(up(base.name()));
    return a == null || b == null
        ? base
        : new Merged(base, tensors.export("A", a), tensors.export("B", b), lora);
  }

  private record Merged(NamedTensor base, NamedTensor a, NamedTensor b, Lora lora)
      implements NamedTensor {
    @Override
    public String name() {
      return base.name();
    }

    @Override
    public List<Long> shape() {
      return base.shape();
    }

    @Override
    public void stream(FloatSink sink) {
      float[] values = base.toFloats();
      float[] down = a.toFloats();
      float[] up = b.toFloats();
      int in = Math.toIntExact(shape().get(1));
      double[] row = new double[in];
      for (int o = 0; o < values.length / in; o++) {
        Arrays.fill(row, 0);
        for (int r = 0; r < lora.rank(); r++) {
          double factor = lora.scale() * up[o * lora.rank() + r];
          for (int i = 0; i < in; i++) {
            row[i] += factor * down[r * in + i];
          }
        }
        for (int i = 0; i < in; i++) {
          values[o * in + i] = (float) (values[o * in + i] + row[i]);
        }
      }
      NamedTensor.of(name(), shape(), values).stream(sink);
    }
  }

  /** Writes them into an existing empty folder in PEFT's layout. */
  void write(Tensors tensors, Path emptyFolder, Path baseModel) throws IOException {
    Files.writeString(emptyFolder.resolve("adapter_config.json"), config(baseModel));
    SafetensorsWriter.write(
        emptyFolder.resolve("adapter_model.safetensors"),
        byName.entrySet().stream()
            .map(entry -> tensors.export(entry.getKey(), entry.getValue()))
            .toList());
  }

  private String config(Path baseModel) {
    ObjectNode json =
        JsonFiles.newObject()
            .put("peft_type", "LORA")
            .put("task_type", "CAUSAL_LM")
            .put("base_model_name_or_path", baseModel.toString())
            .put("r", lora.rank())
            .put("lora_alpha", lora.alpha())
            .put("lora_dropout", 0.0)
            .put("bias", "none")
            .put("fan_in_fan_out", false)
            .put("use_rslora", false)
            .put("inference_mode", true);
    if (lora.alpha() == Math.rint(lora.alpha())) {
      json.put("lora_alpha", (long) lora.alpha()); // PEFT writes a whole number
    }
    lora.targetModules().forEach(json.putArray("target_modules")::add);
    return json.toPrettyString() + "\n";
  }
}
