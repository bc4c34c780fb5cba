package io.dpostream.trainer.learner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.settings.JsonProblem;
import io.dpostream.trainer.loss.LossState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * The part of a learner's state that is not a tensor, stored as JSON. Java writes a double with
 * enough digits to restore the same bits.
 *
 * @param step last step taken
 * @param updates optimizer updates taken; steps that were not finite took none
 * @param tokens prompt and completion tokens of all steps
 * @param lossState the losses' state
 * @param referenceSha256 the reference at this step
 * @param refreshed whether the reference is no longer the one the run began with
 */
record SavedLearnerState(
    long step,
    long updates,
    long tokens,
    TreeMap<String, Double> lossState,
    String referenceSha256,
    boolean refreshed) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static SavedLearnerState read(Path file) {
    try {
      return JSON.readValue(Files.readString(file), SavedLearnerState.class);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file, "not a learner's state: " + JsonProblem.of(e) + "; take another checkpoint", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e + "; take another checkpoint", e);
    }
  }

  void write(Path file) {
    try {
      Files.writeString(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  LossState losses() {
    return new LossState(lossState);
  }
}
