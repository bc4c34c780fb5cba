package io.dpostream.pipeline.offline;

import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.trainer.batch.PreferenceSource;
import java.nio.file.Path;
import java.util.Optional;

/** What an offline run learns from. */
public sealed interface OfflineInput {

  /** A file of preferences, which goes through a topic of the run's own. */
  record File(Path path, PreferenceFormat format) implements OfflineInput {}

  /**
   * A recorded topic.
   *
   * @param topic its full name
   * @param from as the user wrote it: an offset or a time; the beginning when absent
   * @param to the same, exclusive; the present end when absent
   */
  record Recorded(String topic, Optional<String> from, Optional<String> to)
      implements OfflineInput {

    /** The places that this names, to be resolved once. */
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
