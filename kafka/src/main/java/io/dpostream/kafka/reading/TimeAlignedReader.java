package io.dpostream.kafka.reading;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads several topics from their beginning on, aligned by the time of their records.
 *
 * <p>While there is a backlog, only those partitions are read that are at most a minute ahead of
 * the last one. What belongs together, such as a pair, its votes and its outcome, so comes close
 * together, and whoever joins them need not hold a whole topic in memory. Once everything is read
 * that was there at the start, every partition is read as records come. The order is exact within a
 * partition and approximate across them.
 *
 * <p>Used by one thread.
 */
public final class TimeAlignedReader {
  /** The others may be ahead of the last partition by this much. */
  private static final Duration STEP = Duration.ofMinutes(1);

  private final Consumer<byte[], byte[]> consumer;
  private final Set<String> topics;
  private final Map<TopicPartition, Instant> behind = new HashMap<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /**
   * A reader that knows of no partitions yet.
   *
   * @param consumer owned by the caller
   */
  public TimeAlignedReader(Consumer<byte[], byte[]> consumer, Set<String> topics) {
    this.consumer = consumer;
    this.topics = topics;
  }

  /** Takes on the partitions that the topics have by now, new ones from their beginning. */
  public void refresh() {
    Set<TopicPartition> added = new HashSet<>();
    topics.forEach(
        topic ->
            consumer
                .partitionsFor(topic)
                .forEach(p -> added.add(new TopicPartition(topic, p.partition()))));
    Set<TopicPartition> all = new HashSet<>(consumer.assignment());
    added.removeAll(all);
    if (!added.isEmpty()) {
      all.addAll(added);
      consumer.assign(all);
      consumer.seekToBeginning(added);
      ends.putAll(consumer.endOffsets(added));
      added.forEach(partition -> behind.put(partition, Instant.MIN));
      letGoOfWhatIsThrough();
    }
  }

  /** Until when everything is read; empty once all is that was there at the start. */
  public Optional<Instant> readUntil() {
    return behind.values().stream().min(Instant::compareTo);
  }

  /** Reads on. */
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    consumer.pause(consumer.assignment());
    consumer.resume(next());
    ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      behind.replace(partition, Instant.ofEpochMilli(record.timestamp()));
    }
    offsets.putAll(records.nextOffsets());
    letGoOfWhatIsThrough();
    return records;
  }

  /** Where reading goes on, of each partition that something was read of. */
  public Map<TopicPartition, OffsetAndMetadata> offsets() {
    return Map.copyOf(offsets);
  }

  private Collection<TopicPartition> next() {
    if (behind.isEmpty()) {
      return consumer.assignment();
    }
    Instant until = readUntil().orElseThrow().plus(STEP);
    Set<TopicPartition> next = new HashSet<>(behind.keySet());
    next.removeIf(partition -> behind.getOrDefault(partition, Instant.MIN).isAfter(until));
    return next;
  }

  private void letGoOfWhatIsThrough() {
    behind.keySet().removeIf(p -> consumer.position(p) >= ends.getOrDefault(p, Long.MAX_VALUE));
  }
}
