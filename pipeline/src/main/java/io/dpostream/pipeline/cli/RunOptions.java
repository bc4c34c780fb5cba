package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.KeptSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a command that inspects a run: its folder, or its Kafka and id. */
final class RunOptions {

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The run's folder, as given to quickstart or up.")
  private Optional<Path> dir = Optional.empty();

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "The id of the run, where a Kafka holds several.")
  private Optional<String> runId = Optional.empty();

  @Mixin private SettingsOptions options;

  /** Reads the settings of the run: those in its folder, overridden by the options. */
  Settings settings() {
    SettingsReader<Settings> reader = Settings.reader();
    dir.map(folder -> new RunFolder(folder).requireStarted())
        .ifPresent(file -> KeptSettings.over(reader, file));
    options.over(reader);
    runId.ifPresent(id -> reader.set("run.id", id));
    Settings settings = reader.read();
    if (dir.isEmpty() && settings.kafka().bootstrapServers().isEmpty()) {
      throw new UserException("name the run with --dir DIR, or its Kafka with --bootstrap-server");
    }
    return settings;
  }

  /** The id by which the run was named, if it was. */
  Optional<String> runId() {
    return runId;
  }

  /** The trainer's folder, if the run's is known. */
  Optional<Path> trainerFolder() {
    return dir.map(folder -> new RunFolder(folder).trainer());
  }

  /** Connects to the run's Kafka, which is started if it is the folder's own and not running. */
  KafkaAccess connect(Settings settings) {
    return KafkaAccess.join(settings, RunFolder.open(dir.orElseGet(() -> Path.of("."))));
  }
}
