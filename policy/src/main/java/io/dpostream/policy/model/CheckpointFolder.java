package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.text.GenerationDefaults;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.NamedTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Hugging Face checkpoint folder on disk, perhaps with low-rank adapters on top, which lie in a
 * folder of their own.
 *
 * @param path the folder of weights, configuration and tokenizer
 * @param config its {@code config.json}
 * @param adapter changes its weights
 */
public record CheckpointFolder(Path path, ModelConfig config, Optional<AdapterFolder> adapter) {

  public CheckpointFolder(Path path, ModelConfig config) {
    this(path, config, Optional.empty());
  }

  /**
   * Opens a folder: reads {@code config.json} and checks that the weights and the tokenizer exist.
   * Their contents are checked when they are loaded. A folder with adapters alone, in PEFT's
   * layout, stands for the model that it names with the adapters merged.
   *
   * @throws CheckpointException if there is no such folder, a file is missing from it, or its
   *     architecture or adapter is not supported
   */
  public static CheckpointFolder open(Path path) {
    if (!AdapterFolder.isAt(path)) {
      return openModel(path);
    }
    AdapterFolder adapter = AdapterFolder.open(path);
    CheckpointFolder base = openModel(adapter.base());
    adapter.check(base.config);
    return new CheckpointFolder(base.path, base.config, Optional.of(adapter));
  }

  private static CheckpointFolder openModel(Path path) {
    if (!Files.isDirectory(path)) {
      throw new CheckpointException(path, "no such folder; give a Hugging Face model folder");
    }
    ModelConfig config = ModelConfigJson.read(path.resolve("config.json"));
    checkWeights(path);
    requireFile(path, "tokenizer.json");
    return new CheckpointFolder(path, config);
  }

  /** The stored tensors with the adapter merged into them; read when streamed. */
  public List<NamedTensor> tensors() {
    Safetensors stored = Safetensors.openFolder(path);
    Map<String, NamedTensor> changed = changed(stored);
    return stored.names().stream()
        .map(name -> changed.getOrDefault(name, stored.tensor(name)))
        .toList();
  }

  /** The tensors that the adapter changes, merged, by name. */
  Map<String, NamedTensor> changed(Safetensors stored) {
    return adapter.map(a -> a.merged(stored)).orElse(Map.of());
  }

  /** The folder that was opened: that of the adapter, where there is one. */
  public Path place() {
    return adapter.map(AdapterFolder::path).orElse(path);
  }

  /** This folder with another shape of its model. */
  public CheckpointFolder withConfig(ModelConfig other) {
    return new CheckpointFolder(path, other, adapter);
  }

  /**
   * Reads the weights without loading them, and returns their identity with the adapter merged: see
   * {@link io.dpostream.policy.checkpoint.PolicyHash}.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration
   */
  public String sha256() {
    WeightLayout layout = WeightLayout.of(config);
    Safetensors stored = Safetensors.openFolder(path);
    Map<String, NamedTensor> changed = changed(stored);
    layout.check(stored, changed.keySet());
    return layout.sha256(stored, changed);
  }

  /** Loads the tokenizer; the caller closes it. */
  public Tokenizer tokenizer() {
    return Tokenizer.load(path);
  }

  /**
   * Rejects a model whose head is not the one needed.
   *
   * @throws CheckpointException if it has another head
   */
  void requireHead(Head head) {
    if (config.head() != head) {
      throw new CheckpointException(
          path,
          head == Head.CAUSAL_LM
              ? "is a reward model, which writes no text; give a language model"
              : "is a language model, which gives no scores; give a reward model, such as dpo"
                  + " reward makes");
    }
  }

  /**
   * The folder's defaults for generating with the model.
   *
   * @param tokenizer of this folder
   */
  public GenerationDefaults generationDefaults(Tokenizer tokenizer) {
    return GenerationDefaults.read(path, config.eosTokenIds(), tokenizer);
  }

  private static void checkWeights(Path path) {
    Path index = path.resolve("model.safetensors.index.json");
    if (Files.exists(index)) {
      Safetensors.shardNames(index).forEach(shard -> requireFile(path, shard));
    } else {
      requireFile(path, "model.safetensors");
    }
  }

  private static void requireFile(Path folder, String name) {
    if (!Files.isRegularFile(folder.resolve(name))) {
      throw new CheckpointException(
          folder, "no " + name + " in it; give a complete Hugging Face model folder");
    }
  }
}
