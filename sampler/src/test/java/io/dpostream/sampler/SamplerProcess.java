package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.testing.JavaChild;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** A sampler in a process of its own, to be killed. */
public final class SamplerProcess {
  private SamplerProcess() {}

  /** Starts one; its output goes to the end of the file. */
  static Process start(KafkaSettings kafka, Path log) {
    return JavaChild.of(SamplerProcess.class)
        .heap(128)
        .start(log, kafka.bootstrapServers(), kafka.schemaRegistryUrl(), kafka.topicPrefix());
  }

  public static void main(String[] args) {
    KafkaSettings kafka = new KafkaSettings(args[0], args[1], args[2], Map.of());
    new SamplerService(
            new SamplerRun(Bench.RUN, 100_000),
            "0",
            SamplerServiceIT.config(2, 1),
            kafka,
            version -> new FakePolicy(PolicyLoader.folder(version).getFileName().toString()),
            InstantSource.system(),
            SamplerListener.none())
        .run();
  }
}
