package io.dpostream.sampler.feed;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.LogEnds;
import io.dpostream.kafka.reading.OffsetScan;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.schemas.Prompt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads from the prompts topic what a feeder and its predecessors have already sent. */
final class FeedHistory {
  private static final long WINDOW = 256;

  private final String feeder;
  private final KafkaSettings kafka;
  private final Topic<Prompt> topic;
  private final Admin admin;
  private final Retry retry;

  /**
   * @param feeder whose prompts are looked for
   * @param admin owned by the caller
   */
  FeedHistory(String feeder, KafkaSettings kafka, Admin admin, Retry retry) {
    this.feeder = feeder;
    this.kafka = kafka;
    this.admin = admin;
    this.topic = kafka.topics().prompts();
    this.retry = retry;
  }

  /**
   * Returns the last position that was fed, if any, and adds to {@code fed} the prompts that the
   * sampler has not used yet. Waits for transactions of others that are open: what this feeder has
   * committed behind them cannot be read before they end.
   */
  Optional<FeedPosition> replay(Map<TopicPartition, Long> used, FedPrompts fed) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(kafka.consumer("feeder-history"))) {
      List<TopicPartition> partitions = retry.call(() -> TopicTail.partitions(consumer, topic));
      consumer.assign(partitions);
      Map<TopicPartition, Long> begin = retry.call(() -> consumer.beginningOffsets(partitions));
      Map<TopicPartition, Long> end = retry.call(() -> LogEnds.of(admin, partitions));
      Optional<FeedPosition> last = Optional.empty();
      for (TopicPartition partition : partitions) {
        consumer.assign(List.of(partition));
        Range whole = new Range(at(begin, partition), at(end, partition));
        last = later(last, replay(consumer, partition, whole, used, fed));
      }
      return last;
    }
  }

  private Optional<FeedPosition> replay(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      Range whole,
      Map<TopicPartition, Long> used,
      FedPrompts fed) {
    Range unused = whole.after(at(used, partition));
    Optional<FeedPosition> last =
        lastIn(consumer, partition, unused, r -> fed.sent(r.partition(), r.offset()));
    Range earlier = new Range(Math.max(whole.from, unused.from - WINDOW), unused.from);
    while (last.isEmpty() && !earlier.isEmpty()) {
      last = lastIn(consumer, partition, earlier, r -> {});
      long twice = 2 * (earlier.to - earlier.from);
      earlier = new Range(Math.max(whole.from, earlier.from - twice), earlier.from);
    }
    return last;
  }

  private Optional<FeedPosition> lastIn(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition partition,
      Range range,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    List<FeedPosition> found = new ArrayList<>();
    consumer.seek(partition, range.from);
    if (!range.isEmpty()) {
      OpenTransactionWait wait = new OpenTransactionWait(consumer, partition, retry);
      new OffsetScan(consumer, retry)
          .read(
              Map.of(partition, range.to),
              record -> {
                Optional<FeedPosition> position = FeedPosition.read(record.headers(), feeder);
                if (position.isPresent()) {
                  found.add(position.get());
                  each.accept(record);
                }
              },
              wait::check);
    }
    return found.stream().max(Comparator.naturalOrder());
  }

  private static long at(Map<TopicPartition, Long> offsets, TopicPartition partition) {
    return offsets.getOrDefault(partition, 0L);
  }

  private static Optional<FeedPosition> later(
      Optional<FeedPosition> one, Optional<FeedPosition> other) {
    BinaryOperator<FeedPosition> later = BinaryOperator.maxBy(FeedPosition::compareTo);
    return one.map(a -> other.map(b -> later.apply(a, b)).orElse(a)).or(() -> other);
  }

  /** A range of offsets: from inclusive, to exclusive. */
  private record Range(long from, long to) {
    boolean isEmpty() {
      return from >= to;
    }

    Range after(long offset) {
      return new Range(Math.min(Math.max(from, offset), to), to);
    }
  }
}
