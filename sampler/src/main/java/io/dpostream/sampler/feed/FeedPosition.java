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
 * @param index index of the prompt in the epoch's order, from 0
 * @param plan fingerprint of what decides on that order; empty if it is the file's
 */
record FeedPosition(int epoch, int index, String plan) implements Comparable<FeedPosition> {
  private static final Comparator<FeedPosition> ORDER =
      Comparator.comparingInt(FeedPosition::epoch).thenComparingInt(FeedPosition::index);
  private static final String HEADER = "dpo.feed.";

  /**
   * Marks a record as sent by a feeder at this position.
   *
   * @param feeder the run, and the feeder's own name if it has one
   */
  void write(Headers headers, String feeder) {
    String text = epoch + "/" + index + (plan.isEmpty() ? "" : "/" + plan);
    headers.add(HEADER + feeder, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the position of a record that the feeder sent; empty for prompts from elsewhere. */
  static Optional<FeedPosition> read(Headers headers, String feeder) {
    Header header = headers.lastHeader(HEADER + feeder);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    String[] parts = new String(header.value(), StandardCharsets.UTF_8).split("/", 3);
    try {
      return Optional.of(
          new FeedPosition(
              Integer.parseInt(parts[0]),
              Integer.parseInt(parts[1]),
              parts.length > 2 ? parts[2] : ""));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty(); // somebody else's header
    }
  }

  @Override
  public int compareTo(FeedPosition other) {
    return ORDER.compare(this, other);
  }
}
