package io.dpostream.trainer.learner;

import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The frozen reference: a folder, and the model loaded from it.
 *
 * @param folder whose float32 values the model has
 * @param model its weights in the dtype computed in
 */
record ReferenceModel(CheckpointFolder folder, LanguageModel model) implements AutoCloseable {

  static ReferenceModel load(Path folder, EngineOptions engine) {
    CheckpointFolder checkpoint = CheckpointFolder.open(folder);
    return new ReferenceModel(checkpoint, LanguageModel.load(checkpoint, engine));
  }

  /**
   * Writes {@code alpha · policy + (1 − alpha) · reference} into an empty folder, computed in
   * float64 and rounded once.
   */
  void mix(List<NamedTensor> policy, double alpha, Path emptyFolder) {
    Map<String, NamedTensor> weights =
        folder.tensors().stream().collect(Collectors.toMap(NamedTensor::name, tensor -> tensor));
    List<NamedTensor> mixed = new ArrayList<>();
    for (NamedTensor moved : policy) {
      String name = moved.name();
      NamedTensor tensor = weights.get(name);
      if (tensor == null) {
        throw new UserException(
            "trainer.sync_ref_model: the reference lacks "
                + name
                + "; only a reference of the policy's architecture can be moved towards it");
      }
      float[] values = tensor.toFloats();
      float[] towards = moved.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (alpha * towards[i] + (1 - alpha) * values[i]);
      }
      mixed.add(NamedTensor.of(name, tensor.shape(), values));
    }
    write(mixed, emptyFolder);
  }

  /** Writes the reference into an empty folder. */
  void copyTo(Path emptyFolder) {
    write(folder.tensors(), emptyFolder);
  }

  private void write(List<NamedTensor> tensors, Path emptyFolder) {
    try {
      Files.createDirectories(emptyFolder);
      new CheckpointWriter(folder)
          .fill(emptyFolder, file -> SafetensorsWriter.write(file, tensors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
