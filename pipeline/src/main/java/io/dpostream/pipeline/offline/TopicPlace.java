package io.dpostream.pipeline.offline;

import io.dpostream.settings.UserException;
import io.dpostream.trainer.batch.PreferenceSource.Bound;
import io.dpostream.trainer.ledger.Offsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a place on a topic: {@code 17}, {@code 0:17,1:4} or {@code 2026-01-31T10:00:00Z}. */
final class TopicPlace {
  private static final String OFFSET = "\\d{1,18}";
  private static final String BY_PARTITION = "\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*";

  private TopicPlace() {}

  /**
   * Reads a place from text; an offset alone is one of partition 0.
   *
   * @param option the option in which the user wrote it
   */
  static Bound parse(String option, String text) {
    if (text.matches(OFFSET)) {
      return new Bound.At(new Offsets(new TreeMap<>(Map.of(0, Long.parseLong(text)))));
    }
    if (text.matches(BY_PARTITION)) {
      SortedMap<Integer, Long> offsets = new TreeMap<>();
      for (String one : text.split(",")) {
        String[] parts = one.split(":");
        if (offsets.put(Integer.parseInt(parts[0]), Long.parseLong(parts[1])) != null) {
          throw new UserException(
              option + ": '" + text + "' names partition " + parts[0] + " twice");
        }
      }
      return new Bound.At(new Offsets(offsets));
    }
    return new Bound.Time(time(option, text));
  }

  private static Instant time(String option, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new UserException(
          "%s: '%s' is neither an offset, such as 17 or 0:17,1:4 by partition, nor a time, such as 2026-01-31T10:00:00Z"
              .formatted(option, text),
          e);
    }
  }
}
