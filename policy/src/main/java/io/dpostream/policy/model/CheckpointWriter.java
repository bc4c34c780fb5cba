package io.dpostream.policy.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes complete Hugging Face checkpoint folders: configuration, tokenizer and chat template are
 * copied from the folder that the model came from, and the weights are float32. The result loads in
 * transformers and vLLM. Safe for use by several threads.
 */
public final class CheckpointWriter {
  private static final List<String> COPIED =
      List.of(
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          "chat_template.jinja",
          "additional_chat_templates/tool_use.jinja");

  private final CheckpointFolder source;
  private final ModelConfig config;

  /** Creates a writer of models with the source folder's shape. */
  public CheckpointWriter(CheckpointFolder source) {
    this(source, source.config());
  }

  /**
   * Creates a writer of models with another shape, such as a reward model, and the source folder's
   * tokenizer.
   */
  public CheckpointWriter(CheckpointFolder source, ModelConfig config) {
    this.source = source;
    this.config = config;
  }

  /** Writes the float32 tensors as one safetensors file. */
  @FunctionalInterface
  public interface WeightsFile {
    void writeTo(Path file) throws IOException;
  }

  /**
   * Creates a folder that appears complete and durable, or not at all, and never changes
   * afterwards.
   *
   * @throws CheckpointException if something with its name exists, or it cannot be written
   */
  public void write(Path folder, WeightsFile weights) {
    try {
      AtomicFolder.create(folder, temporary -> fill(temporary, weights));
    } catch (FileAlreadyExistsException e) {
      throw new CheckpointException(
          folder, "exists already; checkpoint folders never change, choose another name", e);
    } catch (IOException e) {
      throw new CheckpointException(folder, "cannot be written: " + e, e);
    }
  }

  /** Writes the files into an existing folder, which the caller makes durable and visible. */
  public void fill(Path emptyFolder, WeightsFile weights) throws IOException {
    Files.writeString(emptyFolder.resolve("config.json"), configJson());
    for (String name : COPIED) {
      Path file = source.path().resolve(name);
      if (Files.exists(file)) {
        Path copy = emptyFolder.resolve(name);
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    weights.writeTo(emptyFolder.resolve("model.safetensors"));
  }

  private String configJson() throws IOException {
    ObjectNode json =
        config.equals(source.config())
            ? JsonFiles.readObject(source.path().resolve("config.json"))
            : JsonFiles.parseObject(config.toJson());
    json.put("torch_dtype", "float32");
    if (json.has("dtype")) {
      json.put("dtype", "float32");
    }
    return json.toPrettyString() + "\n";
  }
}
