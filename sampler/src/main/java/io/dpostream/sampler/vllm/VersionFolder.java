package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.AdapterFolder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A published version on disk, whose weights are those of its record.
 *
 * @param version its record
 * @param checkpoint its weights
 * @param adapter its adapter, where one was asked for and is there
 */
record VersionFolder(
    PolicyVersion version, CheckpointFolder checkpoint, Optional<AdapterFolder> adapter) {

  /**
   * Opens a version's folder and hashes its weights: servers do not, and one that reads damaged
   * weights ends.
   *
   * @throws UserException when they are not those that were published
   */
  static VersionFolder verified(PolicyVersion version) {
    return new VersionFolder(version, verified(version, folder(version)), Optional.empty());
  }

  /**
   * Opens a version's adapter, in a folder of its own or beside the merged weights, and hashes what
   * it makes of its base.
   *
   * @throws UserException when that is not what was published
   */
  static VersionFolder verifiedAdapter(PolicyVersion version) {
    Path beside = folder(version).resolve("adapter");
    CheckpointFolder checkpoint =
        verified(version, Files.isDirectory(beside) ? beside : folder(version));
    return new VersionFolder(version, checkpoint, checkpoint.adapter());
  }

  private static CheckpointFolder verified(PolicyVersion version, Path folder) {
    CheckpointFolder checkpoint = CheckpointFolder.open(folder);
    String sha256 = checkpoint.sha256();
    if (!sha256.equals(version.getSha256())) {
      throw new UserException(
          "%s: its weights have SHA-256 %s, published was %s"
              .formatted(folder, sha256, version.getSha256()));
    }
    return checkpoint;
  }

  private static Path folder(PolicyVersion version) {
    return PolicyLoader.folder(version).toAbsolutePath();
  }

  /** The folder that it was published in. */
  Path path() {
    return folder(version);
  }

  /** A name for logs and servers, without what makes it unique. */
  String name() {
    return "%s.%d.%s"
        .formatted(version.getRunId(), version.getVersion(), version.getSha256().substring(0, 12));
  }
}
