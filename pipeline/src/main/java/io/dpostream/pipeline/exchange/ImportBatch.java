package io.dpostream.pipeline.exchange;

import io.dpostream.files.RowRefusedException;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.OpenTransaction;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.TransactionalWriter;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** One open transaction of imported records; closing without a commit aborts it. */
final class ImportBatch implements AutoCloseable {
  /**
   * The size that a broker accepts by default, less room for headers and the batch around a record.
   */
  private static final int LARGEST_VALUE_BYTES = 1_000_000;

  /** The longest transaction that a broker allows by default. */
  private static final int TRANSACTION_TIMEOUT_MS = 900_000;

  private final TransactionalWriter writer;
  private final OpenTransaction transaction;
  private final RecordEncoder encoder;

  private ImportBatch(
      TransactionalWriter writer, OpenTransaction transaction, RecordEncoder encoder) {
    this.writer = writer;
    this.transaction = transaction;
    this.encoder = encoder;
  }

  static ImportBatch begin(KafkaSettings kafka) {
    var config = kafka.transactionalProducer("dpo-import", "dpo-import-" + UUID.randomUUID());
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    TransactionalWriter writer =
        new TransactionalWriter(config, Fencing.of("import"), Retry.never());
    try {
      writer.takeOver();
      return new ImportBatch(writer, writer.begin(), kafka.encoder());
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /**
   * Adds a record.
   *
   * @throws RowRefusedException when it is longer than a topic takes
   */
  <T extends SpecificRecord> void add(Topic<T> topic, String key, T value) {
    ProducerRecord<byte[], byte[]> record = encoder.encode(topic, key, value);
    if (record.value().length > LARGEST_VALUE_BYTES) {
      throw new RowRefusedException(
          "is longer than %,d bytes as a record".formatted(LARGEST_VALUE_BYTES));
    }
    transaction.send(record);
  }

  void commit() {
    transaction.commit();
  }

  @Override
  public void close() {
    try (writer) {
      transaction.close();
    }
  }
}
