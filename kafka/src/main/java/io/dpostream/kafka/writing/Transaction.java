package io.dpostream.kafka.writing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Records, and offsets of what they were made from, that are committed together.
 *
 * @param records in order within a partition
 * @param consumed how far the group that they were made from has been consumed, if there is one
 * @param beforeCommit called on each attempt, once the brokers have every record and before the
 *     commit
 */
public record Transaction(
    List<ProducerRecord<byte[], byte[]>> records,
    Optional<Consumed> consumed,
    Optional<Runnable> beforeCommit) {

  /** How far a group has consumed. */
  public record Consumed(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    public Consumed {
      offsets = Map.copyOf(offsets);
    }
  }

  public Transaction {
    records = List.copyOf(records);
  }

  /** A transaction of records alone. */
  public static Transaction of(List<ProducerRecord<byte[], byte[]>> records) {
    return new Transaction(records, Optional.empty(), Optional.empty());
  }

  /** Adds the offsets of what the records were made from. */
  public Transaction consuming(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    return new Transaction(records, Optional.of(new Consumed(offsets, group)), beforeCommit);
  }

  /** Adds an action to run before the commit. */
  public Transaction before(Runnable commit) {
    return new Transaction(records, consumed, Optional.of(commit));
  }
}
