package io.dpostream.pipeline.cli;

import io.dpostream.kafka.Topic;
import io.dpostream.pipeline.config.KeptSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.exchange.RewardPairs;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.schemas.Preference;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.reward.RewardPair;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options that name where the preferences for a reward model come from. */
final class RewardSource {

  /** The three sources, of which one must be given. */
  private static final class Where {
    @Option(
        names = "--preferences",
        paramLabel = "FILE",
        description =
            "JSON Lines or one array, plain or .gz, or Parquet, in TRL's formats, ShareGPT's or"
                + " HH-RLHF's.")
    private Optional<Path> file = Optional.empty();

    @Option(
        names = "--topic",
        paramLabel = "NAME",
        description = "A topic of preferences, on the Kafka at --bootstrap-server.")
    private Optional<String> topic = Optional.empty();

    @Option(
        names = "--dir",
        paramLabel = "DIR",
        description = "The folder of a run: its preferences.")
    private Optional<Path> run = Optional.empty();
  }

  @ArgGroup(multiplicity = "1")
  private Where where = new Where();

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "The Kafka that holds --topic.")
  private Optional<String> bootstrapServer = Optional.empty();

  @Option(
      names = "--schema-registry",
      paramLabel = "URL",
      description = "The schema registry of that Kafka.")
  private Optional<String> schemaRegistry = Optional.empty();

  /** Reads the pairs from the source that the options name. */
  List<RewardPair> read(RewardPairs pairs) {
    if (where.file.isPresent()) {
      return pairs.ofFile(where.file.get());
    }
    try (KafkaAccess kafka = connect()) {
      Topic<Preference> topic =
          where
              .topic
              .map(name -> new Topic<>(name, Preference.class, Map.of(), 1))
              .orElseGet(() -> kafka.settings().topics().preferences());
      return pairs.ofTopic(kafka.settings(), topic);
    }
  }

  private KafkaAccess connect() {
    SettingsReader<Settings> reader = Settings.reader();
    if (where.run.isPresent()) {
      RunFolder folder = new RunFolder(where.run.get());
      return KafkaAccess.join(KeptSettings.over(reader, folder.requireStarted()).read(), folder);
    }
    if (bootstrapServer.isEmpty() || schemaRegistry.isEmpty()) {
      throw new UserException("--topic: needs --bootstrap-server and --schema-registry");
    }
    reader.set("kafka.bootstrap_servers", bootstrapServer.get());
    reader.set("kafka.schema_registry_url", schemaRegistry.get());
    return KafkaAccess.open(reader.read(), new RunFolder(Path.of(".")));
  }
}
