package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.JsonFiles;
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
 * @param checkpoint its folder
 * @param adapter its adapter, where it was trained with one
 */
record VersionFolder(
    PolicyVersion version, CheckpointFolder checkpoint, Optional<AdapterFolder> adapter) {

  /**
   * An adapter in PEFT's layout.
   *
   * @param baseModel folder of the weights that it adds to
   */
  record AdapterFolder(Path path, int rank, Path baseModel) {

    private static AdapterFolder open(Path path) {
      ObjectNode config = JsonFiles.readObject(path.resolve("adapter_config.json"));
      return new AdapterFolder(
          path,
          config.path("r").asInt(),
          Path.of(config.path("base_model_name_or_path").asText("")));
    }
  }

  /**
   * Opens a version's folder and hashes its weights: servers do not, and one that reads damaged
   * weights ends.
   *
   * @throws UserException when they are not those that were published
   */
  static VersionFolder verified(PolicyVersion version) {
    CheckpointFolder folder = CheckpointFolder.open(PolicyLoader.folder(version).toAbsolutePath());
    String sha256 = folder.sha256();
    if (!sha256.equals(version.getSha256())) {
      throw new UserException(
          "%s: its weights have SHA-256 %s, published was %s"
              .formatted(version.getUri(), sha256, version.getSha256()));
    }
    Path adapter = folder.path().resolve("adapter");
    return new VersionFolder(
        version,
        folder,
        Files.isDirectory(adapter) ? Optional.of(AdapterFolder.open(adapter)) : Optional.empty());
  }

  Path path() {
    return checkpoint.path();
  }

  /** A name for logs and servers, without what makes it unique. */
  String name() {
    return "%s.%d.%s"
        .formatted(version.getRunId(), version.getVersion(), version.getSha256().substring(0, 12));
  }
}
