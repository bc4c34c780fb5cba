package io.dpostream.policy.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Deletes folders with everything in them. */
public final class Folders {
  private Folders() {}

  /**
   * Deletes a folder and everything in it. Links are deleted, but not what they point to. Does
   * nothing when the folder does not exist.
   *
   * @throws UncheckedIOException if something cannot be deleted; what was deleted before it stays
   *     deleted
   */
  public static void delete(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      for (Path path : contentsFirst(folder)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be deleted: " + e.getMessage(), e);
    }
  }

  /**
   * Lists everything inside a folder, then the folder itself: contents come before their container.
   */
  static List<Path> contentsFirst(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
