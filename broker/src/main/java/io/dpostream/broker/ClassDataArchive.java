package io.dpostream.broker;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * A child's classes as the virtual machine keeps them in memory, written by the first child that
 * ends and mapped by those that start later, which takes more than half of a broker's start away.
 * An archive fits one class path of jars; where there is none, cannot be one, or it is of no use, a
 * child starts without.
 *
 * @see <a href="https://openjdk.org/jeps/350">JEP 350: dynamic CDS archives</a>
 */
final class ClassDataArchive {
  private static final Duration LONGEST_DUMP = Duration.ofMinutes(10);
  private static final int KEPT = 6;

  private final Path file;
  private final Optional<Path> dump;

  private ClassDataArchive(Path file, Optional<Path> dump) {
    this.file = file;
    this.dump = dump;
  }

  /** The part of a class path that a child needs: everything, or the jars where it lies in one. */
  static String classPath(Class<?> main, String whole) {
    boolean inJar =
        String.valueOf(main.getProtectionDomain().getCodeSource().getLocation()).endsWith(".jar");
    return inJar
        ? Arrays.stream(whole.split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .collect(Collectors.joining(File.pathSeparator))
        : whole;
  }

  /** Finds the archive for a child, or claims the writing of it; absent if none is possible. */
  static Optional<ClassDataArchive> of(Class<?> main, String classPath) {
    List<String> entries = List.of(classPath.split(File.pathSeparator));
    if (!entries.stream().allMatch(entry -> entry.endsWith(".jar"))) {
      return Optional.empty();
    }
    try {
      Path folder = Files.createDirectories(cache());
      Path file = folder.resolve(main.getSimpleName() + "-" + fingerprint(entries) + ".jsa");
      return Optional.of(
          new ClassDataArchive(file, Files.exists(file) ? Optional.empty() : claim(file)));
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  /** Options of the virtual machine; it must say nothing on its own, for the parent listens. */
  List<String> options() {
    return dump.map(unfinished -> List.of("-XX:ArchiveClassesAtExit=" + unfinished))
        .orElseGet(() -> Files.exists(file) ? List.of("-XX:SharedArchiveFile=" + file) : List.of());
  }

  /**
   * Takes in that the child has ended.
   *
   * @param cleanly whether it has had the time to write what it was told to
   */
  void ended(boolean cleanly) {
    dump.ifPresent(
        unfinished -> {
          try {
            if (cleanly && Files.exists(unfinished)) {
              Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
              deleteOld();
            }
            Files.deleteIfExists(unfinished);
            Files.deleteIfExists(lock(file));
          } catch (IOException e) {
            // The next child starts without an archive, and tries again.
          }
        });
  }

  private static Path cache() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path home =
        configured == null || configured.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(configured);
    return home.resolve("dpo-stream").resolve("classes");
  }

  /** One process writes; a lock whose owner was killed is broken after a while. */
  private static Optional<Path> claim(Path file) throws IOException {
    Path lock = lock(file);
    if (Files.exists(lock)
        && Files.getLastModifiedTime(lock)
            .toInstant()
            .isBefore(Instant.now().minus(LONGEST_DUMP))) {
      Files.deleteIfExists(lock);
    }
    try {
      Files.createFile(lock);
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.of(file.resolveSibling("." + UUID.randomUUID() + ".tmp"));
  }

  private static Path lock(Path file) {
    return file.resolveSibling(file.getFileName() + ".lock");
  }

  /** The jars by name, size and time, and the virtual machine. */
  private static String fingerprint(List<String> entries) {
    StringBuilder text = new StringBuilder(System.getProperty("java.vm.version"));
    text.append(System.getProperty("java.home"));
    for (String entry : entries) {
      File jar = new File(entry);
      text.append(entry).append(jar.length()).append(jar.lastModified());
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return Integer.toHexString(Utils.murmur2(bytes))
        + Integer.toHexString(text.toString().hashCode());
  }

  private void deleteOld() throws IOException {
    try (Stream<Path> all = Files.list(file.resolveSibling("."))) {
      List<Path> archives =
          all.filter(path -> path.toString().endsWith(".jsa"))
              .sorted(Comparator.comparing((Path path) -> path.toFile().lastModified()).reversed())
              .toList();
      for (Path old : archives.subList(Math.min(KEPT, archives.size()), archives.size())) {
        Files.deleteIfExists(old);
      }
    }
  }
}
