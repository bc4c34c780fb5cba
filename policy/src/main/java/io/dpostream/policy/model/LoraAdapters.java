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
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * A model's low-rank adapters in memory.
 *
 * @param lora their configuration
 * @param config of the model that they adapt
 * @param byName A and B of each adapted projection, sorted by PEFT's names
 * @param slots the arrays in the order that the decoder program takes
 */
record LoraAdapters(
    Lora lora, ModelConfig config, SortedMap<String, NDArray> byName, List<NDArray> slots) {
  private static final String WEIGHT = ".weight";

  /** Creates adapters that change nothing yet: A is drawn from (-1/√in, 1/√in), B is zero. */
  static LoraAdapters create(Tensors tensors, ModelConfig config, Lora lora) {
    Random random = new Random(lora.seed());
    return fill(
        tensors,
        config,
        lora,
        (name, shape) ->
            name.equals(LoraNames.down(LoraNames.module(name).orElseThrow()))
                ? drawn(name, shape, random)
                : zero(name, shape));
  }

  /** Reads adapters, which are those of the configuration. */
  static LoraAdapters load(Tensors tensors, ModelConfig config, Lora lora, AdapterFolder folder) {
    return fill(tensors, config, lora, (name, shape) -> folder.tensors().tensor(name));
  }

  private static LoraAdapters fill(
      Tensors tensors,
      ModelConfig config,
      Lora lora,
      BiFunction<String, List<Long>, NamedTensor> values) {
    WeightLayout layout = WeightLayout.of(config);
    List<String> all = LoraTargets.all(config);
    NDArray nothing = tensors.create();
    SortedMap<String, NDArray> byName = new TreeMap<>();
    List<NDArray> slots =
        new ArrayList<>(
            Collections.nCopies(DecoderSlots.adapters(config.numHiddenLayers()), nothing));
    long rank = lora.rank();
    for (String module : lora.targets().modules(config)) {
      List<Long> shape = layout.shape(module + WEIGHT);
      String down = LoraNames.down(module);
      String up = LoraNames.up(module);
      NDArray a = tensors.read(values.apply(down, List.of(rank, shape.get(1))), Dtype.F32);
      NDArray b = tensors.read(values.apply(up, List.of(shape.get(0), rank)), Dtype.F32);
      byName.put(down, a);
      byName.put(up, b);
      int slot = 2 * all.indexOf(module);
      slots.set(slot, a);
      slots.set(slot + 1, b);
    }
    return new LoraAdapters(lora, config, byName, List.copyOf(slots));
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

  /** Adds a base tensor's adapter; returns a tensor without an adapter unchanged. */
  NamedTensor merged(Tensors tensors, NamedTensor base) {
    String name = base.name();
    String module =
        name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
    NDArray a = byName.get(LoraNames.down(module));
    NDArray b = byName.get(LoraNames.up(module));
    return a == null || b == null
        ? base
        : new MergedTensor(base, tensors.export("A", a), tensors.export("B", b), lora.scale());
  }

  /** Writes them into an existing empty folder in PEFT's layout. */
  void write(Tensors tensors, Path emptyFolder, Path baseModel) throws IOException {
    Files.writeString(emptyFolder.resolve(AdapterFolder.CONFIG), json(baseModel));
    SafetensorsWriter.write(
        emptyFolder.resolve(AdapterFolder.TENSORS),
        byName.entrySet().stream()
            .map(entry -> tensors.export(entry.getKey(), entry.getValue()))
            .toList());
  }

  private String json(Path baseModel) {
    ObjectNode json =
        JsonFiles.newObject()
            .put("peft_type", "LORA")
            .put("task_type", "CAUSAL_LM")
            .put("base_model_name_or_path", baseModel.toString())
            .put("r", lora.rank())
            .put("lora_alpha", lora.alpha())
            .put("lora_dropout", lora.dropout())
            .put("bias", "none")
            .put("fan_in_fan_out", false)
            .put("use_rslora", lora.rankStabilized())
            .put("inference_mode", true);
    if (lora.alpha() == Math.rint(lora.alpha())) {
      json.put("lora_alpha", (long) lora.alpha()); // PEFT writes a whole number
    }
    targets().forEach(json.putArray("target_modules")::add);
    return json.toPrettyString() + "\n";
  }

  /** Projections that are adapted in every layer by their short names; full names otherwise. */
  private List<String> targets() {
    List<String> modules = lora.targets().modules(config);
    List<String> everywhere =
        Lora.MODULES.stream()
            .filter(
                kind ->
                    modules.stream().filter(module -> module.endsWith("." + kind)).count()
                        == config.numHiddenLayers())
            .toList();
    return everywhere.size() * config.numHiddenLayers() == modules.size() ? everywhere : modules;
  }
}
