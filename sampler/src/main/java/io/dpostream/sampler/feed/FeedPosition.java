package io.dpostream.sampler.feed;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Where a feeder stands in its looped file. Written into a header of every prompt it sends, so the
 * topic itself says where to go on.
 *
 * @param epoch how often the file had been read before
 * @param index of the prompt in the file, from 0
 */
record FeedPosition(int epoch, int index) implements Comparable<FeedPosition> {
  private static final Comparator<FeedPosition> ORDER =
      Comparator.comparingInt(FeedPosition::epoch).thenComparingInt(FeedPosition::index);
  private static final String HEADER = "dpo.feed.";

  static final FeedPosition START = new FeedPosition(0, 0);

  /** The position after this one in a file of so many prompts. */
  FeedPosition next(int size) {
    return index + 1 < size ? new FeedPosition(epoch, index + 1) : new FeedPosition(epoch + 1, 0);
  }

  /** Marks a record as the one at this position, of the feeder of this run. */
  void write(Headers headers, String runId) {
    headers.add(HEADER + runId, (epoch + "/" + index).getBytes(StandardCharsets.UTF_8));
  }

  /** The position of a record that the run's feeder sent; empty for prompts from elsewhere. */
  static Optional<FeedPosition> read(Headers headers, String runId) {
    Header header = headers.lastHeader(HEADER + runId);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    String[] parts = new String(header.value(), StandardCharsets.UTF_8).split("/", 2);
    try {
      return Optional.of(new FeedPosition(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty(); // somebody else's header
    }
  }

  @Override
  public int compareTo(FeedPosition other) {
    return ORDER.compare(this, other);
  }
}
