package io.dpostream.storage;

import java.nio.file.Path;
import java.util.Optional;

/** Opens what is configured. */
public final class VersionStores {
  private static final int MIB = 1 << 20;

  private VersionStores() {}

  /**
   * Opens the store of a run's versions.
   *
   * @param trainer the trainer's own folder, which holds versions where no other place is
   *     configured
   */
  public static VersionStore open(PublishSettings settings, String runId, Path trainer) {
    Optional<S3Place> object = settings.object();
    if (object.isPresent()) {
      S3Place place = object.get().resolve(runId);
      S3Bucket bucket = new S3Bucket(S3Access.open(settings), place.bucket());
      return new ObjectStore(
          bucket, place, trainer.resolve("outgoing"), settings.s3PartMib() * MIB);
    }
    return new FolderStore(
        settings
            .folder()
            .map(shared -> shared.resolve(runId))
            .orElseGet(() -> trainer.resolve("versions")));
  }
}
