package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A sampler in a process of its own, to be killed. */
public final class SamplerProcess {
  private SamplerProcess() {}

  /** Starts one; its output goes to the end of the file. */
  static Process start(KafkaSettings kafka, File log) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SamplerProcess.class.getName(),
            kafka.bootstrapServers(),
            kafka.schemaRegistryUrl(),
            kafka.topicPrefix());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  public static void main(String[] args) {
    KafkaSettings kafka = new KafkaSettings(args[0], args[1], args[2], Map.of());
    new SamplerService(
            new SamplerRun(Bench.RUN, 100_000),
            SamplerServiceIT.config(2, 1),
            kafka,
            folder -> new FakePolicy(folder.getFileName().toString()),
            InstantSource.system(),
            SamplerListener.none())
        .run();
  }
}
