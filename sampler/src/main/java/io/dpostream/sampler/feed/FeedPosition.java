package io.dpostream.sampler.feed;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A feeder's position in its looped file. It is written into a header of every prompt sent, so the
 * topic itself says where to continue.
 *
 * @param epoch number of times that the file had been read before
 * @param index index of the prompt in the file, from 0
 */
record FeedPosition(int epoch, int index) implements Comparable<FeedPosition> {
  private static final Comparator<FeedPosition> ORDER =
      Comparator.comparingInt(FeedPosition::epoch).thenComparingInt(FeedPosition::index);
  private static final String HEADER = "dpo.feed.";

  static final FeedPosition START = new FeedPosition(0, 0);

  /** Returns the position after this one in a file of this many prompts. */
  FeedPosition next(int size) {
    return index + 1 < size ? new FeedPosition(epoch, index + 1) : new FeedPosition(epoch + 1, 0);
  }

  /** Marks a record as sent by this run's feeder at this position. */
  void write(Headers headers, String runId) {
    headers.add(HEADER + runId, (epoch + "/" + index).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the position of a record that the run's feeder sent; empty for prompts from elsewhere.
   */
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
