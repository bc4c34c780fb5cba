package io.dpostream.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/** Computes the SHA-256 of files, as lower-case hex. */
final class FileHashes {
  private FileHashes() {}

  /**
   * Hashes every regular file below a folder, by its name relative to it, separated by {@code /}.
   */
  static SortedMap<String, String> below(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    SortedMap<String, String> hashes = new TreeMap<>();
    for (Path file : files) {
      hashes.put(folder.relativize(file).toString().replace('\\', '/'), of(file));
    }
    return hashes;
  }

  /** Hashes one file. */
  static String of(Path file) throws IOException {
    return new DigestUtils(DigestUtils.getSha256Digest()).digestAsHex(file);
  }
}
