package io.dpostream.pipeline.cli;

import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.pipeline.formats.PreferenceRow;
import io.dpostream.pipeline.formats.RewardPairEncoder;
import io.dpostream.pipeline.formats.RowRefusedException;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.schemas.Preference;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.reward.RewardPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the preferences for a reward model come from. */
final class RewardSource {

  /** One of three. */
  private static final class Where {
    @Option(
        names = "--preferences",
        paramLabel = "FILE",
        description =
            "JSON Lines or one array, plain or .gz, in TRL's formats, ShareGPT's or HH-RLHF's.")
    private Optional<Path> file = Optional.empty();

    @Option(
        names = "--topic",
        paramLabel = "NAME",
        description = "A topic of preferences, on the Kafka of --bootstrap-server.")
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
      description = "The Kafka of --topic.")
  private Optional<String> bootstrapServer = Optional.empty();

  @Option(names = "--schema-registry", paramLabel = "URL", description = "The registry beside it.")
  private Optional<String> schemaRegistry = Optional.empty();

  /**
   * All pairs; of a pair that was corrected, the newest revision.
   *
   * @param remarks is told, a line each, what could not be used
   * @throws UserException if there is none, or they cannot be read
   */
  List<RewardPair> read(RewardPairEncoder encoder, Consumer<String> remarks) {
    List<RewardPair> pairs =
        where.file.isPresent()
            ? fromFile(where.file.get(), encoder, remarks)
            : fromTopic(encoder, remarks);
    if (pairs.isEmpty()) {
      throw new UserException(name() + ": has no preference that can be used");
    }
    return pairs;
  }

  private String name() {
    return where
        .topic
        .map(topic -> "--topic " + topic)
        .orElseGet(() -> where.file.or(() -> where.run).map(Path::toString).orElse(""));
  }

  private static List<RewardPair> fromFile(
      Path file, RewardPairEncoder encoder, Consumer<String> remarks) {
    List<RewardPair> pairs = new ArrayList<>();
    PreferenceRow.read(
            file,
            PreferenceFormat.AUTO,
            row -> encoded(() -> encoder.encode(row), "line " + row.line(), remarks, pairs))
        .lines()
        .stream()
        .skip(1)
        .forEach(remarks);
    return pairs;
  }

  private List<RewardPair> fromTopic(RewardPairEncoder encoder, Consumer<String> remarks) {
    Map<String, Preference> newest = new LinkedHashMap<>();
    try (KafkaAccess kafka = connect()) {
      Topic<Preference> topic =
          where
              .topic
              .map(name -> new Topic<>(name, Preference.class, Map.of(), 1))
              .orElseGet(() -> kafka.settings().topics().preferences());
      new TopicScan(kafka.settings())
          .read(
              topic,
              at ->
                  newest.merge(
                      at.value().getPairId(),
                      at.value(),
                      (a, b) -> b.getRevision() > a.getRevision() ? b : a));
    }
    List<RewardPair> pairs = new ArrayList<>();
    newest.forEach(
        (id, preference) ->
            encoded(() -> encoder.encode(preference), "pair " + id, remarks, pairs));
    return pairs;
  }

  private KafkaAccess connect() {
    SettingsReader<Settings> reader = Settings.reader();
    if (where.run.isPresent()) {
      RunFolder folder = new RunFolder(where.run.get());
      if (!Files.exists(folder.settings())) {
        throw new UserException(where.run.get() + ": no run has been started in this folder");
      }
      return KafkaAccess.join(reader.file(folder.settings()).read(), folder);
    }
    if (bootstrapServer.isEmpty() || schemaRegistry.isEmpty()) {
      throw new UserException("--topic: needs --bootstrap-server and --schema-registry");
    }
    reader.set("kafka.bootstrap_servers", bootstrapServer.get());
    reader.set("kafka.schema_registry_url", schemaRegistry.get());
    return KafkaAccess.open(reader.read(), new RunFolder(Path.of(".")));
  }

  private static void encoded(
      java.util.function.Supplier<RewardPair> encode,
      String what,
      Consumer<String> remarks,
      List<RewardPair> pairs) {
    try {
      pairs.add(encode.get());
    } catch (RowRefusedException e) {
      remarks.accept(what + ": " + e.getMessage());
    }
  }
}
