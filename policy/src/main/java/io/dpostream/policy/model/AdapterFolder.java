package io.dpostream.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.torch.NamedTensor;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Low-rank adapters on disk in PEFT's layout.
 *
 * @param path the folder
 * @param base the folder of the model that they adapt
 * @param rank rows of each A and columns of each B
 * @param alpha numerator of the scale
 * @param rankStabilized whether the scale divides by the root of the rank
 * @param tensors of the file
 */
public record AdapterFolder(
    Path path, Path base, int rank, double alpha, boolean rankStabilized, Safetensors tensors) {
  static final String CONFIG = "adapter_config.json";
  static final String TENSORS = "adapter_model.safetensors";

  private static final String WEIGHT = ".weight";
  private static final String MERGE =
      "; merge it into its model with PEFT's merge_and_unload and give the merged folder";

  /** What changes the arithmetic in ways that the decoder does not compute. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "use_dora",
          "use_qalora",
          "use_bdlora",
          "lora_bias",
          "fan_in_fan_out",
          "modules_to_save",
          "rank_pattern",
          "alpha_pattern",
          "target_parameters",
          "trainable_token_indices",
          "layer_replication",
          "alora_invocation_tokens",
          "arrow_config",
          "monteclora_config",
          "velora_config",
          "kasa_config");

  /** First values that leave the base as it is; others change it beside the adapter. */
  private static final Set<String> INITIALIZATIONS =
      Set.of("", "true", "false", "gaussian", "orthogonal", "eva");

  /** Whether a folder holds adapters and no model. */
  static boolean isAt(Path folder) {
    return Files.exists(folder.resolve(CONFIG))
        && Stream.of("model.safetensors", "model.safetensors.index.json")
            .noneMatch(name -> Files.exists(folder.resolve(name)));
  }

  /**
   * Opens a folder; {@link #check} compares it with its model.
   *
   * @throws CheckpointException if a file is missing or malformed, the base is no folder here, or
   *     the adapters are of a kind that is not supported
   */
  static AdapterFolder open(Path folder) {
    Path file = folder.resolve(CONFIG);
    ObjectNode json = JsonFiles.readObject(file);
    if (!json.path("peft_type").asText().equals("LORA")) {
      throw unsupported(file, "peft_type", json.path("peft_type"));
    }
    if (!json.path("bias").asText("none").equals("none")) {
      throw unsupported(file, "bias", json.path("bias"));
    }
    for (String key : UNSUPPORTED) {
      if (isSet(json.path(key))) {
        throw unsupported(file, key, json.path(key));
      }
    }
    JsonNode first = json.path("init_lora_weights");
    if (!INITIALIZATIONS.contains(first.asText())) {
      throw unsupported(file, "init_lora_weights", first);
    }
    int rank = json.path("r").asInt();
    double alpha = json.path("lora_alpha").asDouble();
    if (rank < 1 || !(alpha > 0)) {
      throw new CheckpointException(
          file,
          "r: %s and lora_alpha: %s must be above 0; restore the file"
              .formatted(json.path("r"), json.path("lora_alpha")));
    }
    return new AdapterFolder(
        folder,
        base(file, json.path("base_model_name_or_path").asText()),
        rank,
        alpha,
        json.path("use_rslora").asBoolean(),
        Safetensors.open(folder.resolve(TENSORS)));
  }

  private static boolean isSet(JsonNode value) {
    return !value.isMissingNode()
        && !value.isNull()
        && !(value.isBoolean() && !value.asBoolean())
        && !(value.isContainerNode() && value.isEmpty());
  }

  private static CheckpointException unsupported(Path file, String key, JsonNode value) {
    return new CheckpointException(file, key + ": " + value + " is not supported" + MERGE);
  }

  private static Path base(Path file, String name) {
    return candidates(file, name).stream()
        .filter(candidate -> !name.isEmpty() && Files.isDirectory(candidate))
        .findFirst()
        .map(Path::normalize)
        .orElseThrow(
            () ->
                new CheckpointException(
                    file,
                    "base_model_name_or_path: '%s' is no folder here; put the model's folder there"
                        .formatted(name)));
  }

  private static List<Path> candidates(Path file, String name) {
    try {
      return List.of(file.resolveSibling(name), Path.of(name));
    } catch (InvalidPathException e) {
      return List.of();
    }
  }

  /** The full names of the adapted modules, sorted. */
  public TreeSet<String> modules() {
    TreeSet<String> modules = new TreeSet<>();
    tensors.names().forEach(name -> LoraNames.module(name).ifPresent(modules::add));
    return modules;
  }

  /** The factor that each adapter's {@code B A} is multiplied by. */
  double scale() {
    return Lora.scale(rank, alpha, rankStabilized);
  }

  /**
   * Compares the tensors with the model's.
   *
   * @throws CheckpointException if one is missing, has another shape or belongs to no projection
   */
  void check(ModelConfig config) {
    WeightLayout layout = WeightLayout.of(config);
    Set<String> projections = Set.copyOf(LoraTargets.all(config));
    for (String name : tensors.names()) {
      if (LoraNames.module(name).filter(projections::contains).isEmpty()) {
        throw new CheckpointException(
            tensors.source(),
            "tensor " + name + " is no adapter of a projection of the model in " + base + MERGE);
      }
    }
    for (String module : modules()) {
      List<Long> shape = layout.shape(module + WEIGHT);
      checkShape(LoraNames.down(module), List.of((long) rank, shape.get(1)));
      checkShape(LoraNames.up(module), List.of(shape.get(0), (long) rank));
    }
  }

  private void checkShape(String name, List<Long> expected) {
    if (!tensors.shape(name).equals(expected)) {
      throw new CheckpointException(
          tensors.source(),
          "tensor %s has shape %s where the model in %s and r: %d ask for %s"
              .formatted(name, tensors.shape(name), base, rank, expected));
    }
  }

  /** The base's tensors that the adapters change, merged, by name; read when streamed. */
  Map<String, NamedTensor> merged(Safetensors stored) {
    Map<String, NamedTensor> merged = new TreeMap<>();
    for (String module : modules()) {
      String weight = module + WEIGHT;
      merged.put(
          weight,
          new MergedTensor(
              stored.tensor(weight),
              tensors.tensor(LoraNames.down(module)),
              tensors.tensor(LoraNames.up(module)),
              scale()));
    }
    return merged;
  }
}
