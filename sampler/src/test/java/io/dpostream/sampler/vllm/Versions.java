package io.dpostream.sampler.vllm;

import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.sampler.TinyModel;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Published versions in a folder: number N is {@code vN}, and 0 the model they began with. */
record Versions(Path dir) {
  private static final int LAYERS = 2;
  private static final int WIDTH = 32;

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
    Path folder = folder(version);
    try {
      if (!Files.exists(folder)) {
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        writeAdapter(adapter, rank, new Random(version));
        CheckpointFolder base = CheckpointFolder.open(folder(0));
        new CheckpointWriter(base)
            .fill(
                folder,
                file -> SafetensorsWriter.write(file, CheckpointFolder.open(adapter).tensors()));
      }
      return record(version, CheckpointFolder.open(folder).sha256());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeAdapter(Path adapter, int rank, Random random) throws IOException {
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": %d, "lora_alpha": 16, "target_modules": ["q_proj"],
         "base_model_name_or_path": "%s"}
        """
            .formatted(rank, folder(0)));
    List<NamedTensor> tensors = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = "base_model.model.model.layers.%d.self_attn.q_proj.lora_".formatted(layer);
      tensors.add(drawn(name + "A.weight", rank, WIDTH, random));
      tensors.add(drawn(name + "B.weight", WIDTH, rank, random));
    }
    SafetensorsWriter.write(adapter.resolve("adapter_model.safetensors"), tensors);
  }

  private static NamedTensor drawn(String name, long rows, long columns, Random random) {
    float[] values = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return NamedTensor.of(name, List.of(rows, columns), values);
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
