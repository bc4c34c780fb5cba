package io.dpostream.pipeline.offline;

import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Writes the resulting policy of a run: a copy of its last version, replacing an earlier one. */
final class ResultFolder {
  private ResultFolder() {}

  /**
   * Replaces a complete folder by a complete one; a process that dies between the two leaves none.
   */
  static void replace(Path result, Path version) throws IOException {
    Folders.delete(result);
    AtomicFolder.create(result, empty -> copy(version, empty));
  }

  private static void copy(Path from, Path into) throws IOException {
    for (Path path : foldersFirst(from)) {
      Path to = into.resolve(from.relativize(path).toString());
      if (Files.isDirectory(path)) {
        Files.createDirectories(to);
      } else {
        Files.copy(path, to);
      }
    }
  }

  private static List<Path> foldersFirst(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted().toList();
    }
  }
}
