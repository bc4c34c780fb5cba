package io.dpostream.kafka.reading;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** Tests with records at full minutes, one a poll. */
class TimeAlignedReaderTest {
  private static final String PAIRS = "pairs";
  private static final String OUTCOMES = "outcomes";

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
  private final TimeAlignedReader topics = new TimeAlignedReader(consumer, Set.of(PAIRS, OUTCOMES));
  private final Map<String, List<Integer>> read = new HashMap<>();

  TimeAlignedReaderTest() {
    consumer.setMaxPollRecords(1);
  }

  @Test
  void shouldReadTopicsAtTheSamePaceByTheirRecordsTime() {
    has(PAIRS, 60);
    has(OUTCOMES, 60);
    topics.refresh();
    write(PAIRS, 0, 60);
    write(OUTCOMES, 0, 60);

    while (topics.readUntil().isPresent()) {
      poll();
      // a minute apart, and the record by which one is ahead
      assertThat(Math.abs(count(PAIRS) - count(OUTCOMES))).isLessThanOrEqualTo(2);
    }

    assertThat(count(PAIRS)).isEqualTo(60);
    assertThat(count(OUTCOMES)).isEqualTo(60);
  }

  @Test
  void shouldTellUntilWhenEverythingIsRead() {
    has(PAIRS, 2);
    has(OUTCOMES, 0);
    topics.refresh();
    write(PAIRS, 0, 2);

    assertThat(topics.readUntil()).contains(Instant.MIN);
    poll();
    assertThat(topics.readUntil()).as("nothing to wait for in the other").contains(minute(0));
    poll();
    assertThat(topics.readUntil()).isEmpty();
  }

  @Test
  void shouldReadPartitionsThatAreAddedFromTheirBeginning() {
    has(PAIRS, 1);
    has(OUTCOMES, 0);
    topics.refresh();
    write(PAIRS, 0, 1);
    poll();
    assertThat(topics.readUntil()).isEmpty();

    has(PAIRS, 1, 3);
    topics.refresh();
    write(PAIRS, 1, 3);
    while (topics.readUntil().isPresent()) {
      poll();
    }
    write(PAIRS, 0, 1, 2);
    poll();

    assertThat(read).isEqualTo(Map.of(PAIRS + 0, List.of(0, 1), PAIRS + 1, List.of(0, 1, 2)));
  }

  /** Gives a topic partitions with this many records each. */
  private void has(String topic, long... counts) {
    List<PartitionInfo> partitions = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      partitions.add(new PartitionInfo(topic, i, Node.noNode(), new Node[0], new Node[0]));
      consumer.updateBeginningOffsets(Map.of(new TopicPartition(topic, i), 0L));
      consumer.updateEndOffsets(Map.of(new TopicPartition(topic, i), counts[i]));
    }
    consumer.updatePartitions(topic, partitions);
  }

  private void write(String topic, int partition, int count) {
    write(topic, partition, 0, count);
  }

  private void write(String topic, int partition, int from, int to) {
    IntStream.range(from, to)
        .mapToObj(i -> record(topic, partition, i))
        .forEach(consumer::addRecord);
  }

  private static ConsumerRecord<byte[], byte[]> record(String topic, int partition, int minute) {
    return new ConsumerRecord<>(
        topic,
        partition,
        minute,
        minute(minute).toEpochMilli(),
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        new byte[0],
        new RecordHeaders(),
        Optional.empty());
  }

  private static Instant minute(int minute) {
    return Instant.EPOCH.plus(Duration.ofMinutes(minute));
  }

  private void poll() {
    topics
        .poll(Duration.ZERO)
        .forEach(
            r ->
                read.computeIfAbsent(r.topic() + r.partition(), key -> new ArrayList<>())
                    .add((int) r.offset()));
  }

  private int count(String topic) {
    return read.getOrDefault(topic + 0, List.of()).size();
  }
}
