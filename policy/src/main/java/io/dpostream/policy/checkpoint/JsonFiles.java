package io.dpostream.policy.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Reads the JSON files of a checkpoint folder. */
public final class JsonFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern START =
      Pattern.compile("\\s*\\(start marker at \\[Source: .*?; line: (\\d+), column: \\d+]\\)");

  private JsonFiles() {}

  /**
   * Reads the object that a file holds.
   *
   * @throws CheckpointException if the file is missing, unreadable, or holds anything else
   */
  public static ObjectNode readObject(Path file) {
    try {
      JsonNode root = JSON.readTree(Files.readString(file));
      if (root instanceof ObjectNode object) {
        return object;
      }
      throw new CheckpointException(file, "not a JSON object; restore the file");
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file, "no such file; a model folder needs it", e);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file, "malformed JSON: " + problem(e) + "; restore the file", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  /** What the parser found wrong, in one line, without its remarks on where it read from. */
  public static String problem(JsonProcessingException e) {
    String problem = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    return START.matcher(problem).replaceAll(", which began on line $1");
  }

  public static ObjectNode parseObject(String text) throws IOException {
    return (ObjectNode) JSON.readTree(text);
  }

  public static ObjectNode newObject() {
    return JSON.createObjectNode();
  }

  public static JsonNode listOf(JsonNode element) {
    return JSON.createArrayNode().add(element);
  }
}
