package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.settings.SettingsReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command that reads settings. */
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

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description = "The registry beside it; short for --set kafka.schema_registry_url.")
  private Optional<String> schemaRegistry = Optional.empty();

  @Option(
      names = "--accept-config",
      description = "Let a run continue under another configuration; the ledger records it.")
  private boolean acceptConfig;

  /** Applies the file, then the assignments. */
  SettingsReader<Settings> over(SettingsReader<Settings> reader) {
    file.ifPresent(reader::file);
    bootstrapServer.ifPresent(servers -> reader.set("kafka.bootstrap_servers", servers));
    schemaRegistry.ifPresent(url -> reader.set("kafka.schema_registry_url", url));
    assignments.forEach(reader::set);
    if (acceptConfig) {
      reader.set("run.accept_config", "true");
    }
    return reader;
  }

  /** Reads the defaults, then the file, then the assignments. */
  SettingsReader<Settings> reader() {
    return over(Settings.reader());
  }
}
