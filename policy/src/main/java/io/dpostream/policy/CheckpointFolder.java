package io.dpostream.policy;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Hugging Face checkpoint folder on disk. Opening reads {@code config.json} only.
 *
 * @param path the folder
 * @param config its {@code config.json}
 */
public record CheckpointFolder(Path path, ModelConfig config) {

  /**
   * Opens a folder.
   *
   * @throws CheckpointException if there is no such folder, no {@code config.json} in it, or an
   *     architecture that this library does not run
   */
  public static CheckpointFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new CheckpointException(path, "no such folder; give a Hugging Face model folder");
    }
    return new CheckpointFolder(path, ModelConfigJson.read(path.resolve("config.json")));
  }
}
