package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.Transaction;
import io.dpostream.kafka.writing.TransactionalWriter;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits pairs, dead letters and the offsets of the prompts they came from together, so that every
 * prompt is sampled from exactly once: a broker takes the offsets only of whoever the prompts
 * belong to. A writer whose commit has failed is of no use any more; the next one of its name
 * settles what it left open. Used by one thread.
 */
final class PairWriter implements AutoCloseable {
  private final TransactionalWriter writer;

  /**
   * @param transactionalId names the writer
   * @param openMs milliseconds after which a transaction that was left open is aborted
   */
  PairWriter(
      KafkaSettings kafka, String clientId, String transactionalId, int openMs, Fencing fencing) {
    Map<String, Object> config = kafka.transactionalProducer(clientId, transactionalId);
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, openMs);
    this.writer = new TransactionalWriter(config, fencing, Retry.never());
  }

  /** Takes over from any older writer of the same name, whose open transaction is aborted. */
  void takeOver() {
    writer.takeOver();
  }

  /** Commits everything in one transaction, or nothing. */
  void commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    writer.commit(Transaction.of(records).consuming(offsets, group));
  }

  /** Closes without waiting for a transaction. */
  @Override
  public void close() {
    writer.abandon();
  }
}
