package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.config.SettingsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that every configured command has. */
final class SettingsOptions {

  @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as trainer.beta=0.3; wins over the file.")
  private List<String> assignments = List.of();

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "An external Kafka; short for --set kafka.bootstrap_servers.")
  private Optional<String> bootstrapServer = Optional.empty();

  /** Defaults, then the file, then the assignments. */
  SettingsReader<Settings> reader(Settings defaults) {
    SettingsReader<Settings> reader = new SettingsReader<>(defaults);
    file.ifPresent(reader::file);
    bootstrapServer.ifPresent(servers -> reader.set("kafka.bootstrap_servers='" + servers + "'"));
    assignments.forEach(reader::set);
    return reader;
  }

  SettingsReader<Settings> reader() {
    return reader(Settings.defaults());
  }
}
