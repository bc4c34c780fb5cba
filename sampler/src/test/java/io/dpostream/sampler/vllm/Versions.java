package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.sampler.TinyModel;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Published versions in a folder: number N is {@code vN}, and 0 the model they began with. */
record Versions(Path dir) {

  Path folder(long version) {
    return dir.resolve("v" + version);
  }

  /** Writes and announces a version that was trained in all its weights. */
  PolicyVersion full(long version) {
    CheckpointFolder folder =
        Files.exists(folder(version))
            ? CheckpointFolder.open(folder(version))
            : TinyModel.write(folder(version), version);
    return record(version, folder.sha256());
  }

  /** Writes and announces a version that was trained with an adapter. */
  PolicyVersion adapted(long version, int rank) {
    PolicyVersion record = full(version);
    try {
      Path adapter = Files.createDirectories(folder(version).resolve("adapter"));
      Files.writeString(
          adapter.resolve("adapter_config.json"),
          "{\"peft_type\": \"LORA\", \"r\": %d, \"base_model_name_or_path\": \"%s\"}"
              .formatted(rank, folder(0)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return record;
  }

  PolicyVersion record(long version, String sha256) {
    return PolicyVersion.newBuilder()
        .setRunId("run")
        .setVersion(version)
        .setUri(folder(version).toString())
        .setSha256(sha256)
        .setReferenceSha256("reference")
        .setStep(version)
        .setStatus(VersionStatus.PUBLISHED)
        .setPublishedAt(Instant.EPOCH)
        .build();
  }
}
