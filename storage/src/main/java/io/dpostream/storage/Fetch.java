package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Brings one version's objects into a folder. What a broken transfer left there is continued, as
 * long as the object is the same, and every file is verified.
 */
final class Fetch {
  private static final int BUFFER = 1 << 18;
  private static final int MOST_MANIFEST_BYTES = 1 << 24;
  private static final String ETAG = ".etag";

  private final S3Bucket bucket;
  private final PublishedObjects version;
  private final BooleanSupplier stopped;

  /**
   * @param stopped asked again and again during a transfer
   */
  Fetch(S3Bucket bucket, PublishedObjects version, BooleanSupplier stopped) {
    this.bucket = bucket;
    this.version = version;
    this.stopped = stopped;
  }

  /** The manifest's name, which says what it holds. */
  String manifestName() {
    return version.manifest();
  }

  /**
   * Fetches the list of files.
   *
   * @throws UserException when it is not the one that was published
   */
  Manifest manifest() throws IOException {
    String key = version.key(version.manifest());
    try (ResponseInputStream<GetObjectResponse> in = begin(key, 0, "").orElseThrow()) {
      return Manifest.read(version.manifest(), whole(in, key));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%s: %s; publish the version again".formatted(bucket.place(key), e.getMessage()), e);
    }
  }

  /**
   * Fetches a file, or what is missing of it.
   *
   * @param folder which may hold the beginning of the file
   * @throws StoreUnavailableException when the transfer breaks; what has arrived is kept
   * @throws UserException when the object is not what the manifest says
   */
  void file(Path folder, Manifest.Entry described) throws IOException {
    Path file = folder.resolve(described.name());
    Files.createDirectories(file.getParent());
    boolean continued = Files.exists(file) && Files.size(file) > 0;
    transfer(file, described);
    Optional<String> problem = problem(file, described);
    if (problem.isPresent() && continued) {
      Files.delete(file); // perhaps it was what lay here that was damaged
      transfer(file, described);
      problem = problem(file, described);
    }
    if (problem.isPresent()) {
      Files.delete(file);
      throw new UserException(
          "%s: %s; publish the version again"
              .formatted(bucket.place(version.key(described.name())), problem.get()));
    }
    Files.deleteIfExists(etagOf(file));
  }

  /** What is wrong with a file, if anything is. */
  static Optional<String> problem(Path file, Manifest.Entry described) throws IOException {
    long size = Files.isRegularFile(file) ? Files.size(file) : -1;
    if (size != described.size()) {
      return Optional.of("has %d bytes, its manifest says %d".formatted(size, described.size()));
    }
    String sha256 = Manifest.sha256(file);
    return sha256.equals(described.sha256())
        ? Optional.empty()
        : Optional.of("has SHA-256 %s, its manifest says %s".formatted(sha256, described.sha256()));
  }

  private void transfer(Path file, Manifest.Entry described) throws IOException {
    String key = version.key(described.name());
    long present = Files.exists(file) ? Files.size(file) : 0;
    String etag = present == 0 ? "" : etag(file);
    if (present > described.size() || (present > 0 && etag.isEmpty())) {
      Files.delete(file);
      present = 0;
      etag = "";
    }
    if (present == described.size() && present > 0) {
      return;
    }
    Optional<ResponseInputStream<GetObjectResponse>> rest = begin(key, present, etag);
    if (rest.isEmpty()) { // another object by now: what is here belongs to none
      Files.deleteIfExists(file);
      present = 0;
      rest = begin(key, 0, "");
    }
    try (ResponseInputStream<GetObjectResponse> in = rest.orElseThrow()) {
      if (present == 0) {
        Files.writeString(etagOf(file), String.valueOf(in.response().eTag()));
      }
      append(in, file, key, described.size(), present + in.response().contentLength());
    }
  }

  private void append(
      ResponseInputStream<GetObjectResponse> in, Path file, String key, long size, long end)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (FileChannel out =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      while (true) {
        if (stopped.getAsBoolean()) {
          in.abort();
          throw new StoreUnavailableException(bucket.place(key) + ": stopped fetching", false);
        }
        int read = read(in, buffer, key);
        if (read < 0) {
          requireEnd(out.size(), end, key);
          return;
        }
        if (out.size() + read > size) {
          in.abort(); // problem() tells what is wrong
          return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    }
  }

  private byte[] whole(ResponseInputStream<GetObjectResponse> in, String key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[BUFFER];
    int read = 0;
    while (read >= 0 && bytes.size() <= MOST_MANIFEST_BYTES) {
      bytes.write(buffer, 0, read);
      read = read(in, buffer, key);
    }
    if (read >= 0) {
      in.abort(); // nothing of ours, as its reader will find
    } else {
      requireEnd(bytes.size(), in.response().contentLength(), key);
    }
    return bytes.toByteArray();
  }

  /** The client takes a connection that breaks for the end of the object. */
  private void requireEnd(long arrived, long end, String key) {
    if (arrived < end) {
      throw new StoreUnavailableException(
          "%s: the transfer broke after %d of %d bytes".formatted(bucket.place(key), arrived, end),
          false);
    }
  }

  /**
   * A transfer that breaks is the store's failure, one that cannot be written is this machine's.
   */
  private int read(ResponseInputStream<GetObjectResponse> in, byte[] buffer, String key) {
    try {
      return in.read(buffer);
    } catch (IOException | SdkException e) {
      in.abort();
      throw new StoreUnavailableException(
          "%s: the transfer broke (%s)".formatted(bucket.place(key), e.getMessage()), false);
    }
  }

  private Optional<ResponseInputStream<GetObjectResponse>> begin(
      String key, long from, String etag) {
    return bucket.read(key, from, etag);
  }

  private static Path etagOf(Path file) {
    return file.resolveSibling(file.getFileName() + ETAG);
  }

  private static String etag(Path file) throws IOException {
    Path kept = etagOf(file);
    return Files.exists(kept) ? Files.readString(kept) : "";
  }
}
