package io.dpostream.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Lists the files of a version. It is written last, under a name that holds its own hash, so that
 * whoever has that name can verify everything.
 *
 * @param format of this list
 * @param files sorted by name
 */
public record Manifest(int format, List<Entry> files) {
  private static final int FORMAT = 1;
  private static final int MOST_FILES = 10_000;
  private static final int NAME_DIGITS = 32;
  private static final Pattern NAME = Pattern.compile("manifest-([0-9a-f]{32})\\.json");
  private static final JsonMapper JSON = new JsonMapper();

  /** Plain names, with folders between slashes; none begins with a dot. */
  private static final Pattern PLAIN =
      Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]*(/[a-zA-Z0-9_][a-zA-Z0-9_.-]*)*");

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * One file of a version.
   *
   * @param name relative to the version's folder
   * @param size in bytes
   * @param sha256 of its content, in lower-case hex
   */
  public record Entry(String name, long size, String sha256) {
    public Entry {
      require(PLAIN.matcher(name).matches(), "'" + name + "' is no plain name of a file");
      require(size >= 0, name + " has the size " + size);
      require(SHA256.matcher(sha256).matches(), name + " has no SHA-256");
    }
  }

  public Manifest {
    require(format == FORMAT, "has format %d, known is %d".formatted(format, FORMAT));
    require(!files.isEmpty(), "names no file");
    require(files.size() <= MOST_FILES, "names %d files".formatted(files.size()));
    Set<String> names = new TreeSet<>();
    for (Entry file : files) {
      require(names.add(file.name()), "names " + file.name() + " twice");
    }
    for (String name : names) {
      for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
        require(
            !names.contains(name.substring(0, slash)),
            "names " + name.substring(0, slash) + " as a file and as a folder");
      }
    }
    files = List.copyOf(files);
  }

  /** Reads and hashes every file of a folder. */
  public static Manifest of(Path folder) throws IOException {
    List<Entry> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder.relativize(file).toString().replace('\\', '/');
        files.add(new Entry(name, Files.size(file), sha256(file)));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return new Manifest(FORMAT, files);
  }

  /** SHA-256 of a file's content, in lower-case hex. */
  public static String sha256(Path file) throws IOException {
    return new DigestUtils(DigestUtils.getSha256Digest()).digestAsHex(file);
  }

  /**
   * Reads what {@link #bytes} gave.
   *
   * @param name under which it was stored
   * @throws IllegalArgumentException with a message of one line when it is not the one of that
   *     name, or names what no version holds
   */
  public static Manifest read(String name, byte[] bytes) {
    require(name.equals(name(bytes)), "is not what its name says; its content has changed");
    try {
      return JSON.readValue(bytes, Manifest.class);
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          String.valueOf(cause.getMessage()).lines().findFirst().orElse(""), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a text has the form of a manifest's name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** The content to store. */
  public byte[] bytes() {
    try {
      return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The name to store it under. */
  public String name() {
    return name(bytes());
  }

  private static String name(byte[] bytes) {
    return "manifest-" + DigestUtils.sha256Hex(bytes).substring(0, NAME_DIGITS) + ".json";
  }

  private static void require(boolean valid, String problem) {
    if (!valid) {
      throw new IllegalArgumentException(problem);
    }
  }
}
