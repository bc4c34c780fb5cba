package io.dpostream.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The models of {@code benchmarks/peers/transformers/model_goldens.py}, with what transformers
 * computes with them.
 */
final class GoldenModels {
  private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
  private static final ObjectMapper JSON = new ObjectMapper();

  private GoldenModels() {}

  /** Names of the models whose weights are computed from a seed. */
  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .map(name -> name.substring(0, name.length() - ".json".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** Names of the folders that transformers wrote, by the dtype of their tensors. */
  static Stream<String> storedNames() {
    return Stream.of("float32", "bfloat16", "float16");
  }

  static JsonNode golden(String name) throws IOException {
    return JSON.readTree(FOLDER.resolve(name + ".json").toFile());
  }

  static CheckpointFolder stored(String name) {
    return CheckpointFolder.open(FOLDER.resolve(name));
  }

  static JsonNode storedGolden(String name) throws IOException {
    return JSON.readTree(FOLDER.resolve(name).resolve("expected.json").toFile());
  }

  /** Writes a model's folder: its config.json as it stands in the golden file, and its weights. */
  static CheckpointFolder write(Path folder, JsonNode golden) throws IOException {
    Files.writeString(folder.resolve("config.json"), golden.path("config").toPrettyString());
    Files.writeString(folder.resolve("tokenizer.json"), "{}"); // opened, never read
    WeightLayout layout = WeightLayout.of(ModelConfigJson.read(folder.resolve("config.json")));
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : layout.names()) {
      List<Long> shape = layout.shape(name);
      int count = Math.toIntExact(NamedTensor.elements(shape));
      tensors.add(NamedTensor.of(name, shape, values(golden.path("seed").asLong(), name, count)));
    }
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors);
    return CheckpointFolder.open(folder);
  }

  /** SplitMix64 from a start that seed and name decide, uniform in mean ± 0.35. */
  private static float[] values(long seed, String name, int count) {
    long start = seed;
    for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
      start = (start ^ letter) * 0x100000001B3L;
    }
    double mean = name.contains("norm") ? 1 : 0;
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      long z = start + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      double uniform = ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
      values[i] = (float) (mean + 0.35 * (2 * uniform - 1));
    }
    return values;
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
