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
 * Reads several topics from their beginning, aligned by the timestamps of their records.
 *
 * <p>While there is a backlog, only partitions at most a minute ahead of the slowest one are read.
 * Related records, such as a pair, its votes and its outcome, therefore arrive close together, and
 * whoever joins them need not hold a whole topic in memory. Once everything that was there at the
 * start has been read, every partition is read as its records arrive. The order is exact within a
 * partition and approximate across them.
 *
 * <p>Used by one thread.
 */
public final class TimeAlignedReader {
  /** How far the other partitions may be ahead of the slowest one. */
  private static final Duration STEP = Duration.ofMinutes(1);

  private final Consumer<byte[], byte[]> consumer;
  private final Set<String> topics;
  private final Map<TopicPartition, Instant> behind = new HashMap<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  /**
   * Creates a reader that knows of no partitions yet.
   *
   * @param consumer owned by the caller
   */
  public TimeAlignedReader(Consumer<byte[], byte[]> consumer, Set<String> topics) {
    this.consumer = consumer;
    this.topics = topics;
  }

  /** Adds partitions that the topics have gained since the last call, from their beginning. */
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

  /**
   * The time up to which everything has been read; empty once the backlog at the start has been
   * read.
   */
  public Optional<Instant> readUntil() {
    return behind.values().stream().min(Instant::compareTo);
  }

  /** Reads the next records. */
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    consumer.pause(consumer.assignment());
    consumer.resume(next());
    ConsumerRecords<byte[], byte[]> records = DamagedLog.poll(consumer, timeout);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      behind.replace(partition, Instant.ofEpochMilli(record.timestamp()));
    }
    offsets.putAll(records.nextOffsets());
    letGoOfWhatIsThrough();
    return records;
  }

  /** The next offset of each partition that records were read from. */
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
