package io.dpostream.storage;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The calls of S3 that publishing and fetching take. Objects are never overwritten, and each
 * carries the SHA-256 of its whole content, however many parts it came in. Thread-safe.
 */
final class S3Bucket implements AutoCloseable {
  private static final String SHA256 = "sha256";
  private static final int MOST_KEYS = 1000;

  private final S3Client client;
  private final String bucket;

  S3Bucket(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /**
   * An object that exists.
   *
   * @param sha256 of its content, as its writer gave it; empty for one of another writer
   */
  record Stored(long size, String sha256) {}

  /** Looks an object up. */
  Optional<Stored> find(String key) {
    return S3Failures.absentWhen404(
        () -> {
          HeadObjectResponse head = client.headObject(r -> r.bucket(bucket).key(key));
          String sha256 = head.metadata().getOrDefault(SHA256, "");
          return new Stored(head.contentLength(), sha256);
        },
        place(key));
  }

  /**
   * Writes an object unless there is one of that name.
   *
   * @return whether it was written
   */
  boolean create(String key, RequestBody content, String sha256) {
    return S3Failures.falseWhenItExists(
        () ->
            client.putObject(
                r ->
                    r.bucket(bucket)
                        .key(key)
                        .ifNoneMatch("*")
                        .checksumSHA256(base64(sha256))
                        .metadata(Map.of(SHA256, sha256)),
                content),
        place(key));
  }

  /**
   * Begins to read an object; the caller closes or aborts the result.
   *
   * @param from first byte
   * @param etag the object must still have; empty for any
   * @return empty when the object has changed since
   */
  Optional<ResponseInputStream<GetObjectResponse>> read(String key, long from, String etag) {
    return S3Failures.emptyWhenChanged(
        () ->
            client.getObject(
                r -> {
                  r.bucket(bucket).key(key);
                  if (from > 0) {
                    r.range("bytes=" + from + "-");
                  }
                  if (!etag.isEmpty()) {
                    r.ifMatch(etag);
                  }
                }),
        place(key));
  }

  /** The keys of all objects whose key begins like this. */
  List<String> keys(String prefix) {
    return call(
        () ->
            client.listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList(),
        prefix);
  }

  /** What stands between a prefix, which ends with a slash, and the next slash of any key. */
  List<String> folders(String prefix) {
    return call(
        () ->
            client
                .listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix).delimiter("/"))
                .commonPrefixes()
                .stream()
                .map(p -> p.prefix().substring(prefix.length(), p.prefix().length() - 1))
                .toList(),
        prefix);
  }

  /** Deletes objects; those that are gone are no error. */
  void delete(List<String> keys) {
    for (int from = 0; from < keys.size(); from += MOST_KEYS) {
      List<ObjectIdentifier> some =
          keys.subList(from, Math.min(keys.size(), from + MOST_KEYS)).stream()
              .map(key -> ObjectIdentifier.builder().key(key).build())
              .toList();
      DeleteObjectsResponse response =
          call(
              () ->
                  client.deleteObjects(
                      r -> r.bucket(bucket).delete(Delete.builder().objects(some).build())),
              some.get(0).key());
      response.errors().stream()
          .findFirst()
          .ifPresent(
              error -> {
                throw new StoreUnavailableException(
                    "%s cannot be deleted: %s"
                        .formatted(place(error.key()), S3Failures.oneLine(error.message())),
                    false);
              });
    }
  }

  /** Uploads that were begun and neither completed nor given up, newest last. */
  List<MultipartUpload> unfinished(String prefix) {
    return call(
        () ->
            client.listMultipartUploadsPaginator(r -> r.bucket(bucket).prefix(prefix)).stream()
                .flatMap(page -> page.uploads().stream())
                .toList(),
        prefix);
  }

  /** Begins an upload in parts, and returns its id. */
  String begin(String key, String sha256) {
    return call(
        () ->
            client
                .createMultipartUpload(
                    r ->
                        r.bucket(bucket)
                            .key(key)
                            .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                            .metadata(Map.of(SHA256, sha256)))
                .uploadId(),
        key);
  }

  /** The parts that an upload has. */
  List<Part> parts(String key, String uploadId) {
    return call(
        () ->
            new ArrayList<>(
                client
                    .listPartsPaginator(r -> r.bucket(bucket).key(key).uploadId(uploadId))
                    .parts()
                    .stream()
                    .toList()),
        key);
  }

  /** Uploads one part. */
  CompletedPart upload(
      String key, String uploadId, int number, RequestBody content, String sha256) {
    return call(
        () -> {
          String checksum = base64(sha256);
          String etag =
              client
                  .uploadPart(
                      r ->
                          r.bucket(bucket)
                              .key(key)
                              .uploadId(uploadId)
                              .partNumber(number)
                              .checksumSHA256(checksum),
                      content)
                  .eTag();
          return CompletedPart.builder()
              .partNumber(number)
              .eTag(etag)
              .checksumSHA256(checksum)
              .build();
        },
        key);
  }

  /**
   * Makes an object of an upload's parts unless there is one of that name.
   *
   * @return whether it was made
   */
  boolean complete(String key, String uploadId, List<CompletedPart> parts) {
    return S3Failures.falseWhenItExists(
        () ->
            client.completeMultipartUpload(
                r ->
                    r.bucket(bucket)
                        .key(key)
                        .uploadId(uploadId)
                        .ifNoneMatch("*")
                        .multipartUpload(m -> m.parts(parts))),
        place(key));
  }

  /** Gives an upload up, and frees its parts; one that is gone is no error. */
  void abort(String key, String uploadId) {
    S3Failures.absentWhen404(
        () -> client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(uploadId)),
        place(key));
  }

  /** How an object is called in messages. */
  String place(String key) {
    return "s3://" + bucket + "/" + key;
  }

  private <T> T call(Supplier<T> action, String key) {
    return S3Failures.call(action, place(key));
  }

  static String base64(String hex) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
  }

  @Override
  public void close() {
    client.close();
  }

  /** Ends a read without taking what is left of it. */
  static void abort(InputStream in) {
    if (in instanceof ResponseInputStream<?> response) {
      response.abort();
    }
  }
}
