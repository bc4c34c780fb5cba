package io.dpostream.kafka.writing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What is committed together.
 *
 * @param records in order within a partition
 * @param consumed what the records were made from, if from records of a group
 * @param beforeCommit called when the brokers have every record and nothing is committed; again
 *     with each attempt
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

  /** Records alone. */
  public static Transaction of(List<ProducerRecord<byte[], byte[]>> records) {
    return new Transaction(records, Optional.empty(), Optional.empty());
  }

  /** The same records with the offsets of what they were made from. */
  public Transaction consuming(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    return new Transaction(records, Optional.of(new Consumed(offsets, group)), beforeCommit);
  }

  /** The same records with something to do before they are committed. */
  public Transaction before(Runnable commit) {
    return new Transaction(records, consumed, Optional.of(commit));
  }
}
