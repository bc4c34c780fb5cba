package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the folder of a new model: {@link InitialWeights} and their {@code config.json}. */
public final class RandomCheckpoint {
  private RandomCheckpoint() {}

  /**
   * Writes {@code config.json} and {@code model.safetensors}; the caller adds a tokenizer. Equal
   * configurations and seeds give equal bytes.
   *
   * @param folder an existing folder without these files
   * @param deviation standard deviation of the matrices; 0.02 is customary
   * @throws IOException if a file exists already or cannot be written
   */
  public static CheckpointFolder write(Path folder, ModelConfig config, long seed, double deviation)
      throws IOException {
    Files.writeString(folder.resolve("config.json"), config.toJson());
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), InitialWeights.draw(config, deviation, seed));
    return new CheckpointFolder(folder, config);
  }
}
