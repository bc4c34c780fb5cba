package io.dpostream.sampler.feed;

import io.dpostream.kafka.writing.Retry;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a reader of a partition that may stand before an open transaction: says what holds it,
 * and gives up when it has not moved for longer than transactions usually last.
 */
final class OpenTransactionWait {
  private static final Logger log = LoggerFactory.getLogger(OpenTransactionWait.class);
  private static final Duration TELL = Duration.ofSeconds(5);

  /** Twice the time after which a broker ends the transaction of a dead writer by default. */
  private static final Duration GIVE_UP = Duration.ofMinutes(2);

  private final Consumer<?, ?> consumer;
  private final TopicPartition partition;
  private final Retry retry;
  private final LongSupplier nanos;
  private long position = -1;
  private long since;
  private boolean told;

  OpenTransactionWait(Consumer<?, ?> consumer, TopicPartition partition, Retry retry) {
    this(consumer, partition, retry, System::nanoTime);
  }

  OpenTransactionWait(
      Consumer<?, ?> consumer, TopicPartition partition, Retry retry, LongSupplier nanos) {
    this.consumer = consumer;
    this.partition = partition;
    this.retry = retry;
    this.nanos = nanos;
    this.since = nanos.getAsLong();
  }

  /**
   * To be called between polls.
   *
   * @throws UserException when an open transaction has held the reader for too long
   */
  void check() {
    retry.failWhenStopped();
    long now = retry.call(() -> consumer.position(partition));
    if (now != position) {
      position = now;
      restart();
      return;
    }
    Duration stood = Duration.ofNanos(nanos.getAsLong() - since);
    boolean givesUp = stood.compareTo(GIVE_UP) > 0;
    boolean tells = !told && stood.compareTo(TELL) > 0;
    if (!givesUp && !tells) {
      return;
    }
    long stable = stableEnd();
    if (stable > position) {
      restart(); // no transaction holds it: the broker was out of reach
    } else if (givesUp) {
      throw new UserException(held(stable));
    } else {
      log.warn("waits: {}", held(stable));
      told = true;
    }
  }

  private void restart() {
    since = nanos.getAsLong();
    told = false;
  }

  /** Where the first open transaction begins, to a reader of committed records. */
  private long stableEnd() {
    Map<TopicPartition, Long> ends = retry.call(() -> consumer.endOffsets(Set.of(partition)));
    return ends.getOrDefault(partition, 0L);
  }

  private String held(long offset) {
    return "%s: an open transaction at offset %d hides what was fed after it; end its writer, or the transaction with kafka-transactions.sh abort --topic %s --partition %d --start-offset %d"
        .formatted(partition, offset, partition.topic(), partition.partition(), offset);
  }
}
