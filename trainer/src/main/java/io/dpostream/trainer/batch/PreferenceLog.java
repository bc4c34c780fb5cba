package io.dpostream.trainer.batch;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.reading.DamagedLog;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.ledger.Offsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the committed records of a preferences topic at offsets that the caller chooses. Offsets
 * are kept in the ledger alone; nothing is committed to Kafka. Not thread-safe.
 */
public final class PreferenceLog implements AutoCloseable {
  /** A partition with this many records waiting is paused. */
  private static final int ENOUGH = 1_000;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final int partitions;
  private final Map<Integer, Deque<ConsumerRecord<byte[], byte[]>>> fetched = new HashMap<>();
  private final Map<Integer, Long> next = new HashMap<>();

  /**
   * Opens a topic.
   *
   * @throws UserException when it does not exist
   */
  public PreferenceLog(KafkaSettings kafka, String topic, String clientId) {
    this.consumer = new KafkaConsumer<>(kafka.consumer(clientId));
    this.topic = topic;
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      consumer.close();
      throw new UserException("topic " + topic + " does not exist; name one with preferences");
    }
    this.partitions = found.size();
    consumer.assign(all());
    consumer.pause(all());
    // A poll for one partition fails while another has no position; nothing is fetched from here.
    all().forEach(partition -> consumer.seek(partition, 0));
  }

  /** Full name of the topic. */
  public String topic() {
    return topic;
  }

  /** Number of partitions. */
  public int partitions() {
    return partitions;
  }

  /** The earliest available offset of each partition. */
  public Offsets beginning() {
    return offsets(consumer.beginningOffsets(all()));
  }

  /** The offset after the last committed record of each partition. */
  public Offsets end() {
    return offsets(consumer.endOffsets(all()));
  }

  /** The offsets of the first records at or after a time, or the end where there are none. */
  public Offsets at(long epochMillis) {
    Map<TopicPartition, Long> query = new HashMap<>();
    all().forEach(partition -> query.put(partition, epochMillis));
    TreeMap<Integer, Long> offsets = new TreeMap<>(end().next());
    consumer
        .offsetsForTimes(query)
        .forEach(
            (partition, found) -> {
              if (found != null) {
                offsets.put(partition.partition(), found.offset());
              }
            });
    return new Offsets(offsets);
  }

  /** Moves to an offset of a partition; costs nothing when it is the next one anyway. */
  public void seek(int partition, long offset) {
    Long stands = next.put(partition, offset);
    if (stands == null || stands != offset) {
      fetched.computeIfAbsent(partition, p -> new ArrayDeque<>()).clear();
      consumer.seek(at(partition), offset);
    }
    consumer.resume(List.of(at(partition)));
  }

  /** The next record of a partition, if one has been fetched; see {@link #fetch}. */
  public Optional<ConsumerRecord<byte[], byte[]>> take(int partition) {
    Deque<ConsumerRecord<byte[], byte[]>> waiting = fetched.get(partition);
    if (waiting == null || waiting.isEmpty()) {
      return Optional.empty();
    }
    ConsumerRecord<byte[], byte[]> record = waiting.remove();
    next.put(partition, record.offset() + 1);
    if (waiting.isEmpty()) {
      consumer.resume(List.of(at(partition)));
    }
    return Optional.of(record);
  }

  /**
   * Reads the record at an offset that is known to hold one, waiting until it is fetched.
   *
   * @throws UserException naming the offset, when the topic has lost it
   */
  public ConsumerRecord<byte[], byte[]> read(int partition, long offset) {
    seek(partition, offset);
    while (true) {
      Optional<ConsumerRecord<byte[], byte[]>> record = take(partition);
      if (record.isPresent()) {
        return record.get();
      }
      fetch(Duration.ofMillis(200));
    }
  }

  /**
   * Fetches records of the partitions that {@link #seek} was called for, waiting at most {@code
   * timeout} for the first.
   *
   * @return whether any were fetched
   * @throws UserException naming the first missing offset, when the topic has lost records
   */
  public boolean fetch(Duration timeout) {
    try {
      ConsumerRecords<byte[], byte[]> records = DamagedLog.poll(consumer, timeout);
      for (ConsumerRecord<byte[], byte[]> record : records) {
        Deque<ConsumerRecord<byte[], byte[]>> waiting =
            fetched.computeIfAbsent(record.partition(), p -> new ArrayDeque<>());
        waiting.add(record);
        if (waiting.size() == ENOUGH) {
          consumer.pause(List.of(at(record.partition())));
        }
      }
      return !records.isEmpty();
    } catch (OffsetOutOfRangeException e) {
      throw lost(e.offsetOutOfRangePartitions());
    }
  }

  /**
   * Passes every committed record of a range to {@code each}, in order.
   *
   * @throws UserException naming the first missing offset, when the topic has lost records
   */
  public void forEach(OffsetRange range, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    int partition = range.getPartition();
    if (partition >= partitions) {
      throw new UserException(
          topic + " has " + partitions + " partitions; partition " + partition + " is missing");
    }
    seek(partition, range.getFrom());
    while (next.getOrDefault(partition, range.getTo()) < range.getTo()) {
      Optional<Long> waiting = firstWaiting(partition);
      if (waiting.isPresent() && waiting.get() < range.getTo()) {
        each.accept(take(partition).orElseThrow());
      } else if (waiting.isPresent() || consumer.position(at(partition)) >= range.getTo()) {
        return;
      } else {
        requireEnd(partition, range.getTo());
        fetch(Duration.ofMillis(200));
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }

  private Optional<Long> firstWaiting(int partition) {
    Deque<ConsumerRecord<byte[], byte[]>> waiting = fetched.get(partition);
    return waiting == null || waiting.isEmpty()
        ? Optional.empty()
        : Optional.of(waiting.getFirst().offset());
  }

  private void requireEnd(int partition, long to) {
    long end = end().of(partition);
    if (end < to) {
      throw missing(partition, end);
    }
  }

  private UserException lost(Map<TopicPartition, Long> outOfRange) {
    Map.Entry<Integer, Long> first = offsets(outOfRange).next().entrySet().iterator().next();
    return missing(first.getKey(), Math.min(first.getValue(), end().of(first.getKey())));
  }

  private UserException missing(int partition, long offset) {
    return new UserException(
        "%s-%d: offset %d is missing, the topic has lost records that the run needs; restore them, or start a run under another run.id"
            .formatted(topic, partition, offset));
  }

  private Offsets offsets(Map<TopicPartition, Long> found) {
    TreeMap<Integer, Long> offsets = new TreeMap<>();
    found.forEach((partition, offset) -> offsets.put(partition.partition(), offset));
    return new Offsets(offsets);
  }

  private TopicPartition at(int partition) {
    return new TopicPartition(topic, partition);
  }

  private Collection<TopicPartition> all() {
    List<TopicPartition> all = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      all.add(at(partition));
    }
    return all;
  }
}
