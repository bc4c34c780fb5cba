package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.testing.JavaChild;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** A sampler in a process of its own, to be killed. */
public final class SamplerProcess {
  /** Batches of two prompts, and the shortest session that brokers allow. */
  static final SamplerConfig CONFIG =
      Configs.of("seed=1", "max_new_tokens=4", "batch_size=2", "session_timeout_ms=6000");

  private SamplerProcess() {}

  /** Starts one; its output goes to the end of the file. */
  static Process start(KafkaSettings kafka, Path log) {
    return start(kafka, log, "0", 0, 100_000);
  }

  /**
   * Starts one.
   *
   * @param name its own among the samplers of the run
   * @param millisPerBatch that its engine takes
   */
  public static Process start(
      KafkaSettings kafka, Path log, String name, int millisPerBatch, int pairsPerStep) {
    return JavaChild.of(SamplerProcess.class)
        .heap(128)
        .start(
            log,
            kafka.bootstrapServers(),
            kafka.schemaRegistryUrl(),
            kafka.topicPrefix(),
            name,
            Integer.toString(millisPerBatch),
            Integer.toString(pairsPerStep));
  }

  public static void main(String[] args) {
    KafkaSettings kafka = new KafkaSettings(args[0], args[1], args[2], Map.of());
    int millisPerBatch = Integer.parseInt(args[4]);
    new SamplerService(
            new SamplerRun(Bench.RUN, Integer.parseInt(args[5])),
            args[3],
            CONFIG,
            kafka,
            version -> new SlowPolicy("zero", millisPerBatch),
            InstantSource.system(),
            SamplerListener.none())
        .run();
  }
}
