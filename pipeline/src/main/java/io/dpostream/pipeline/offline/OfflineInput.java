package io.dpostream.pipeline.offline;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.batch.PreferenceSource;
import java.nio.file.Path;
import java.util.Optional;

/** The preferences that an offline run learns from. */
public sealed interface OfflineInput {

  /**
   * Requires that the settings name the Kafka that this comes from or goes through.
   *
   * @throws UserException if they name another, or none
   */
  void requireReachable(Settings settings);

  /** A file of preferences, which goes through a topic of the run's own. */
  record File(Path path, PreferenceFormat format) implements OfflineInput {

    @Override
    public void requireReachable(Settings settings) {
      if (settings.kafka().bootstrapServers().isPresent()) {
        throw new UserException(
            "--preferences: goes through a broker kept in --out; for a Kafka of your own use dpo"
                + " import and then --topic");
      }
    }
  }

  /**
   * A recorded topic.
   *
   * @param topic its full name
   * @param from an offset or a time as the user wrote it; the beginning when absent
   * @param to an offset or a time, exclusive; the current end when absent
   */
  record Recorded(String topic, Optional<String> from, Optional<String> to)
      implements OfflineInput {

    @Override
    public void requireReachable(Settings settings) {
      boolean external = settings.kafka().bootstrapServers().isPresent();
      if (external == settings.broker().dir().isPresent()) {
        throw new UserException(
            "--topic: name the Kafka that holds it, with either --bootstrap-server or --dir");
      }
    }

    /** Reads the places that this input names, which are resolved once. */
    PreferenceSource source() {
      return new PreferenceSource(
          Optional.of(topic),
          from.map(text -> TopicPlace.parse("--from", text))
              .orElseGet(PreferenceSource.Bound.Beginning::new),
          Optional.of(
              to.map(text -> TopicPlace.parse("--to", text))
                  .orElseGet(PreferenceSource.Bound.End::new)));
    }
  }
}
