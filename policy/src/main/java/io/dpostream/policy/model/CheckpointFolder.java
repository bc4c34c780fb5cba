package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.text.GenerationDefaults;
import io.dpostream.policy.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Hugging Face checkpoint folder on disk.
 *
 * @param path the folder
 * @param config its {@code config.json}
 */
public record CheckpointFolder(Path path, ModelConfig config) {

  /**
   * Opens a folder: reads {@code config.json} and checks that the weights and the tokenizer exist.
   * Their contents are checked when they are loaded.
   *
   * @throws CheckpointException if there is no such folder, a file is missing from it, or its
   *     architecture is not supported
   */
  public static CheckpointFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new CheckpointException(path, "no such folder; give a Hugging Face model folder");
    }
    ModelConfig config = ModelConfigJson.read(path.resolve("config.json"));
    checkWeights(path);
    requireFile(path, "tokenizer.json");
    return new CheckpointFolder(path, config);
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
