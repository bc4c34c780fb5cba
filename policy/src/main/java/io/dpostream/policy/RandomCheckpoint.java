package io.dpostream.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A new model, as pretraining would begin: normal with a standard deviation for matrices, one for
 * norms, zero for biases. The same configuration and seed give the same bytes.
 */
public final class RandomCheckpoint {
  private RandomCheckpoint() {}

  /**
   * Writes {@code config.json} and {@code model.safetensors}; a tokenizer is not this class's.
   *
   * @param folder an existing folder without these files
   * @param standardDeviation 0.02 is customary
   * @throws IOException if a file exists already or cannot be written
   */
  public static CheckpointFolder write(
      Path folder, ModelConfig config, long seed, double standardDeviation) throws IOException {
    Files.writeString(folder.resolve("config.json"), config.toJson());
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), tensors(config, seed, standardDeviation));
    return CheckpointFolder.open(folder);
  }

  private static List<NamedTensor> tensors(ModelConfig config, long seed, double deviation) {
    Random random = new Random(seed);
    WeightLayout layout = WeightLayout.of(config);
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : layout.names()) {
      List<Long> shape = layout.shape(name);
      int size = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
      float[] values = new float[size];
      if (shape.size() > 1) {
        for (int i = 0; i < size; i++) {
          values[i] = (float) (deviation * random.nextGaussian());
        }
      } else if (name.endsWith("weight")) {
        Arrays.fill(values, 1);
      }
      tensors.add(NamedTensor.of(name, shape, values));
    }
    return tensors;
  }
}
