package io.dpostream.trainer.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** SHA-256 of files, as lower-case hex. */
final class FileHashes {
  private FileHashes() {}

  /** Of every regular file below a folder, by its name relative to it with {@code /}. */
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

  /** Of one file. */
  static String of(Path file) throws IOException {
    MessageDigest sha256 = newSha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
