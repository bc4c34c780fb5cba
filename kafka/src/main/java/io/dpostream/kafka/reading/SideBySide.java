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
 * Reads topics from their beginning on, side by side by their records' time: a partition that is
 * ahead waits for the others, so that a pair, its votes and its outcome come close together and
 * nobody has to remember them all. Once what was there at the start is read, no partition waits.
 * Used by one thread.
 */
public final class SideBySide {
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
  public SideBySide(Consumer<byte[], byte[]> consumer, Set<String> topics) {
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
