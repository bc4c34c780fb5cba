package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * Writes a file as an object that never changes. A large one goes in parts: an upload that was
 * broken off, even by the death of this process, goes on with the parts that are missing.
 */
final class S3Upload {
  private static final int MOST_PARTS = 10_000;

  private final S3Bucket bucket;
  private final int partSize;

  /**
   * @param partSize bytes of a part; parts are larger where there would be too many
   */
  S3Upload(S3Bucket bucket, int partSize) {
    this.bucket = bucket;
    this.partSize = partSize;
  }

  /**
   * Writes a file unless it is there already.
   *
   * @throws UserException when something else is there
   */
  void write(String key, Path file, Manifest.Entry described) {
    if (isThere(key, described)) {
      return;
    }
    boolean written =
        described.size() > partSize
            ? writeParts(key, file, described)
            : bucket.create(key, RequestBody.fromFile(file), described.sha256());
    if (!written && !isThere(key, described)) {
      throw new StoreUnavailableException(
          bucket.place(key) + ": another writer is at work on it", false);
    }
  }

  /** Writes a small object whose name says what it holds. */
  void write(String key, byte[] content) {
    bucket.create(key, RequestBody.fromBytes(content), DigestUtils.sha256Hex(content));
  }

  private boolean isThere(String key, Manifest.Entry described) {
    Optional<S3Bucket.Stored> stored = bucket.find(key);
    stored
        .filter(s -> s.size() != described.size() || !s.sha256().equals(described.sha256()))
        .ifPresent(
            other -> {
              throw new UserException(
                  "%s: holds something else than what is to be published (%d bytes, SHA-256 %s); delete it, or set another publish.to"
                      .formatted(
                          bucket.place(key),
                          other.size(),
                          other.sha256().isEmpty() ? "unknown" : other.sha256()));
            });
    return stored.isPresent();
  }

  private boolean writeParts(String key, Path file, Manifest.Entry described) {
    long size = Math.max(partSize, (described.size() + MOST_PARTS - 1) / MOST_PARTS);
    Optional<String> begun = begun(key);
    String uploadId = begun.orElseGet(() -> bucket.begin(key, described.sha256()));
    Map<Integer, Part> present =
        begun.isEmpty()
            ? Map.of()
            : bucket.parts(key, uploadId).stream()
                .collect(Collectors.toMap(Part::partNumber, Function.identity(), (a, b) -> b));
    List<CompletedPart> parts = new ArrayList<>();
    for (long from = 0; from < described.size(); from += size) {
      int number = parts.size() + 1;
      FilePart part = new FilePart(file, from, Math.min(size, described.size() - from));
      String sha256 = part.sha256();
      parts.add(
          Optional.ofNullable(present.get(number))
              .filter(former -> isOf(former, part, sha256))
              .map(S3Upload::completed)
              .orElseGet(() -> bucket.upload(key, uploadId, number, part.body(), sha256)));
    }
    boolean completed = bucket.complete(key, uploadId, parts);
    if (!completed) {
      bucket.abort(key, uploadId);
    }
    return completed;
  }

  /** The upload to go on with, if one was broken off. */
  private Optional<String> begun(String key) {
    return bucket.unfinished(key).stream()
        .filter(upload -> upload.key().equals(key))
        .max(Comparator.comparing(MultipartUpload::initiated))
        .map(MultipartUpload::uploadId);
  }

  private static boolean isOf(Part present, FilePart part, String sha256) {
    return present.size() == part.size()
        && S3Bucket.base64(sha256).equals(present.checksumSHA256());
  }

  private static CompletedPart completed(Part part) {
    return CompletedPart.builder()
        .partNumber(part.partNumber())
        .eTag(part.eTag())
        .checksumSHA256(part.checksumSHA256())
        .build();
  }

  /** Some bytes of a file. */
  private record FilePart(Path file, long from, long size) {

    String sha256() {
      try (InputStream in = open()) {
        return DigestUtils.sha256Hex(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Read anew for each try, so that a part need not fit into memory. */
    RequestBody body() {
      return RequestBody.fromContentProvider(
          () -> {
            try {
              return open();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          size,
          "application/octet-stream");
    }

    private InputStream open() throws IOException {
      return new BoundedFile(FileChannel.open(file), from, size);
    }
  }

  /** Reads a file from a position, and no more than some bytes. */
  private static final class BoundedFile extends InputStream {
    private final FileChannel channel;
    private long position;
    private long left;

    BoundedFile(FileChannel channel, long from, long size) {
      this.channel = channel;
      this.position = from;
      this.left = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int wanted = (int) Math.min(length, left);
      int read = channel.read(ByteBuffer.wrap(into, offset, wanted), position);
      if (read > 0) {
        position += read;
        left -= read;
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
