package io.dpostream.trainer.learner;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.AdamW;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.TrainableModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * Writes a learner's whole state into a folder, and reads it back: {@code policy/}, a complete
 * Hugging Face checkpoint with the adapters in a folder of their own where there are any, or the
 * adapters alone; {@code optimizer.safetensors}; {@code reference/} where it has moved; {@code
 * state.json}.
 *
 * @param source the folder that the policy started from
 * @param adaptersAlone whether adapters are written without the model
 */
record LearnerCheckpoint(
    CheckpointFolder source,
    TrainableModel policy,
    AdamW optimizer,
    MovingReference reference,
    boolean adaptersAlone) {

  /** Inside the folder of the merged weights, where nothing mistakes it for the model itself. */
  private static final String ADAPTER = "adapter";

  private static final String POLICY = "policy";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String REFERENCE = "reference";
  private static final String STATE = "state.json";

  /** Writes the policy alone into an existing empty folder. */
  void writePolicy(Path emptyFolder) {
    try {
      if (adaptersAlone) {
        policy.writeAdapter(emptyFolder);
        return;
      }
      new CheckpointWriter(source)
          .fill(emptyFolder, file -> SafetensorsWriter.write(file, policy.weights()));
      if (policy.hasAdapters()) {
        policy.writeAdapter(Files.createDirectory(emptyFolder.resolve(ADAPTER)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes everything that the next step depends on into an existing empty folder. */
  void save(Path emptyFolder, LearnerProgress progress) {
    try {
      writePolicy(Files.createDirectory(emptyFolder.resolve(POLICY)));
      SafetensorsWriter.write(emptyFolder.resolve(OPTIMIZER), optimizer.export());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (reference.hasMoved()) {
      reference.copyTo(emptyFolder.resolve(REFERENCE));
    }
    new SavedLearnerState(
            progress.step(),
            optimizer.updates(),
            progress.tokens(),
            new TreeMap<>(progress.lossState().values()),
            reference.sha256(),
            reference.hasMoved())
        .write(emptyFolder.resolve(STATE));
  }

  /**
   * Restores the tensors that {@link #save} wrote, and returns the progress at that point.
   *
   * @throws CheckpointException if a file is missing, damaged or belongs to another model, or the
   *     run began with another reference
   */
  LearnerProgress restore(Path folder) {
    SavedLearnerState state = SavedLearnerState.read(folder.resolve(STATE));
    try {
      policy.parameters().load(trained(folder.resolve(POLICY)));
      optimizer.load(Safetensors.open(folder.resolve(OPTIMIZER)), state.updates());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          folder,
          "belongs to another model:  " + e.getMessage() + "; use a checkpoint of this run",
          e);
    }
    if (state.refreshed()) {
      reference.moveTo(folder.resolve(REFERENCE));
    } else {
      reference.moveBack();
    }
    if (!reference.sha256().equals(state.referenceSha256())) {
      throw new CheckpointException(
          folder,
          "was made with the reference "
              + state.referenceSha256()
              + ", not with "
              + reference.sha256()
              + "; give the reference that the run began with");
    }
    return new LearnerProgress(state.step(), state.tokens(), state.losses());
  }

  private Safetensors trained(Path policyFolder) {
    if (!policy.hasAdapters()) {
      return Safetensors.openFolder(policyFolder);
    }
    Path beside = policyFolder.resolve(ADAPTER);
    Path adapter = Files.isDirectory(beside) ? beside : policyFolder;
    return Safetensors.open(adapter.resolve("adapter_model.safetensors"));
  }
}
