package io.dpostream.sampler.feed;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.sampler.Bench;
import io.dpostream.testing.JavaChild;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A feeder in a process of its own, to be killed; it shuffles, and feeds two epochs. */
final class FeederProcess {
  private FeederProcess() {}

  static Process start(KafkaSettings kafka, Path log, Path file) {
    return JavaChild.of(FeederProcess.class)
        .heap(64)
        .start(
            log,
            kafka.bootstrapServers(),
            kafka.schemaRegistryUrl(),
            kafka.topicPrefix(),
            file.toString());
  }

  public static void main(String[] args) {
    KafkaSettings kafka = new KafkaSettings(args[0], args[1], args[2], Map.of());
    FeederConfig config =
        new FeederConfig(args[3], 2, 16, true, 5, Map.of("double", 2.0), "", List.of(), "");
    new PromptFeeder(Bench.RUN, config, kafka).run();
  }
}
