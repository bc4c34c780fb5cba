package io.dpostream.storage;

import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.Folders;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Publishes to S3-compatible storage: an object for each file and then the manifest, whose address
 * is the version's. No object is ever overwritten, so that whoever else writes the same version
 * changes nothing.
 */
final class ObjectStore implements VersionStore {
  private static final Logger log = LoggerFactory.getLogger(ObjectStore.class);

  private final S3Bucket bucket;
  private final S3Place place;
  private final Path outgoing;
  private final Path own;
  private final S3Upload upload;

  /**
   * @param place of the run's versions
   * @param outgoing folder in which a version is written before it is uploaded, below a name of its
   *     own: a former owner of the run may still write there
   * @param partSize bytes of a part of a large file
   */
  ObjectStore(S3Bucket bucket, S3Place place, Path outgoing, int partSize) {
    this.bucket = bucket;
    this.place = place;
    this.outgoing = outgoing;
    this.own = outgoing.resolve(UUID.randomUUID().toString());
    this.upload = new S3Upload(bucket, partSize);
  }

  @Override
  public void open(long published) {
    try {
      abandonUploads(published);
    } catch (StoreUnavailableException e) {
      if (e.isLasting()) {
        throw new UserException("publish.to: " + e.getMessage());
      }
      throw e;
    }
    deleteLeftovers();
  }

  private void deleteLeftovers() {
    try {
      Folders.delete(outgoing);
    } catch (UncheckedIOException e) {
      log.info("{} is cleared later: {}", outgoing, e.getMessage()); // somebody still writes there
    }
  }

  @Override
  public boolean takesTheFirst() {
    return true;
  }

  @Override
  public String put(VersionName name, AtomicFolder.Contents contents) {
    Path folder = own.resolve(name.toString());
    S3Place version = place.resolve(name.toString());
    try {
      if (!Files.exists(folder)) {
        AtomicFolder.create(folder, contents);
      }
      Manifest manifest = Manifest.of(folder);
      for (Manifest.Entry file : manifest.files()) {
        upload.write(version.resolve(file.name()).prefix(), folder.resolve(file.name()), file);
      }
      S3Place last = version.resolve(manifest.name());
      upload.write(last.prefix(), manifest.bytes());
      abandonUploads(name.version());
      Folders.delete(folder);
      return last.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nobody goes on with what was begun for a version that is published, or for an older one. */
  private void abandonUploads(long upTo) {
    for (MultipartUpload unfinished : bucket.unfinished(prefix())) {
      if (versionOf(unfinished.key()).filter(v -> v.version() <= upTo).isPresent()) {
        bucket.abort(unfinished.key(), unfinished.uploadId());
      }
    }
  }

  private Optional<VersionName> versionOf(String key) {
    String rest = key.substring(prefix().length());
    int slash = rest.indexOf('/');
    return slash < 0 ? Optional.empty() : VersionName.parse(rest.substring(0, slash));
  }

  private String prefix() {
    return place.prefix() + "/";
  }

  @Override
  public Set<VersionName> list() {
    return bucket.folders(prefix()).stream()
        .map(VersionName::parse)
        .flatMap(Optional::stream)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The manifest goes first, so that nobody begins to read what is half deleted. */
  @Override
  public void remove(VersionName name) {
    String folder = place.resolve(name.toString()).prefix() + "/";
    List<String> keys = new ArrayList<>(bucket.keys(folder));
    List<String> manifests =
        keys.stream().filter(key -> Manifest.isName(key.substring(folder.length()))).toList();
    bucket.delete(manifests);
    keys.removeAll(manifests);
    bucket.delete(keys);
  }

  @Override
  public void close() {
    bucket.close();
  }
}
