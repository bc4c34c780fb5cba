package io.dpostream.trainer.learner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.settings.JsonProblem;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Checks that policy and reference share a vocabulary: token ids travel without their text, so both
 * must mean the same by them.
 */
final class VocabularyCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  private VocabularyCheck() {}

  /**
   * Refuses a reference of another vocabulary.
   *
   * @throws UserException if the models' sizes or the tokenizers' tokens differ
   */
  static void requireSame(CheckpointFolder policy, CheckpointFolder reference) {
    int ours = policy.config().vocabSize();
    int theirs = reference.config().vocabSize();
    if (ours != theirs) {
      throw refused(reference, "has a vocabulary of " + theirs + ", the policy's is " + ours);
    }
    Path ourFile = policy.path().resolve("tokenizer.json");
    Path theirFile = reference.path().resolve("tokenizer.json");
    if (!Arrays.equals(bytes(ourFile), bytes(theirFile))
        && !tokens(ourFile).equals(tokens(theirFile))) {
      throw refused(reference, "has a tokenizer with other tokens than the policy's");
    }
  }

  private static UserException refused(CheckpointFolder reference, String problem) {
    return new UserException(
        "reference: "
            + reference.path()
            + " "
            + problem
            + "; use a reference with the policy's tokenizer");
  }

  private static JsonNode tokens(Path tokenizer) {
    try {
      return JSON.readTree(bytes(tokenizer)).path("model").path("vocab");
    } catch (JsonProcessingException e) {
      throw new CheckpointException(tokenizer, "not a tokenizer: " + JsonProblem.of(e), e);
    } catch (IOException e) {
      throw new CheckpointException(tokenizer, "cannot be read: " + e, e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }
}
