package io.dpostream.pipeline.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.dpostream.settings.JsonProblem;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A note of a run's input, left in its folder before the run starts, so that the same command
 * continues the run and another one is refused.
 *
 * @param values the options' values; for a file, also its hash
 */
record InputNote(SortedMap<String, String> values) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Makes the note on an input.
   *
   * @throws UserException when it is a file that cannot be read
   */
  static InputNote of(OfflineInput input) {
    SortedMap<String, String> values = new TreeMap<>();
    if (input instanceof OfflineInput.File file) {
      values.put("preferences", file.path().toAbsolutePath().normalize().toString());
      values.put("sha256", sha256(file.path()));
      values.put("format", file.format().name());
    } else if (input instanceof OfflineInput.Recorded recorded) {
      values.put("topic", recorded.topic());
      recorded.from().ifPresent(from -> values.put("from", from));
      recorded.to().ifPresent(to -> values.put("to", to));
    }
    return new InputNote(values);
  }

  /**
   * Leaves this note in a folder, or finds it there.
   *
   * @return whether it is new
   * @throws UserException when another one is there
   */
  boolean leave(Path file) {
    try {
      if (Files.exists(file)) {
        requireSame(file);
        return false;
      }
      Path partial = file.resolveSibling(file.getFileName() + ".partial");
      Files.writeString(partial, JSON.writeValueAsString(values) + "\n");
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireSame(Path file) throws IOException {
    SortedMap<String, String> noted;
    try {
      noted =
          JSON.readValue(Files.readString(file), new TypeReference<TreeMap<String, String>>() {});
    } catch (JsonProcessingException e) {
      throw new UserException(
          "%s: is no note of a run's input (%s); give another --out"
              .formatted(file, JsonProblem.of(e)),
          e);
    }
    if (!noted.equals(values)) {
      throw new UserException(
          "%s: the folder holds a run on %s, not on %s; give another --out"
              .formatted(file.toAbsolutePath().getParent(), noted, values));
    }
  }

  private static String sha256(Path file) {
    try {
      return new DigestUtils(DigestUtils.getSha256Digest()).digestAsHex(file);
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": does not exist; check the path", e);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
