package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a command that looks at a run: its folder, or its Kafka and id. */
final class RunOptions {

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The run's folder, as given to quickstart or up.")
  private Optional<Path> dir = Optional.empty();

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "The run, where a Kafka holds several.")
  private Optional<String> runId = Optional.empty();

  @Mixin private SettingsOptions options;

  /** The settings of the run: those in its folder, overlaid by the options. */
  Settings settings() {
    SettingsReader<Settings> reader = Settings.reader();
    dir.map(folder -> new RunFolder(folder).requireStarted()).ifPresent(reader::file);
    options.over(reader);
    runId.ifPresent(id -> reader.set("run.id", id));
    Settings settings = reader.read();
    if (dir.isEmpty() && settings.kafka().bootstrapServers().isEmpty()) {
      throw new UserException("name the run with --dir DIR, or its Kafka with --bootstrap-server");
    }
    return settings;
  }

  /** The run that was named by its id, if one was. */
  Optional<String> runId() {
    return runId;
  }

  /** Connects to the run's Kafka, which is started if it is the folder's own and not running. */
  KafkaAccess connect(Settings settings) {
    return KafkaAccess.join(settings, RunFolder.open(dir.orElseGet(() -> Path.of("."))));
  }
}
