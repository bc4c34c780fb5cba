package io.dpostream.benchmarks.judging;

import io.dpostream.kafka.KafkaSettings;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer that does nothing but write encoded records in transactions. */
final class TransactionalSender implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;

  TransactionalSender(KafkaSettings kafka, String name) {
    producer =
        new KafkaProducer<>(
            kafka.transactionalProducer(name, name),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
  }

  /** Sends all, in transactions of a length. */
  void send(List<ProducerRecord<byte[], byte[]>> records, long transactionMs) {
    long length = transactionMs * 1_000_000;
    producer.beginTransaction();
    long begun = System.nanoTime();
    for (ProducerRecord<byte[], byte[]> record : records) {
      producer.send(record);
      if (System.nanoTime() - begun > length) {
        producer.commitTransaction();
        producer.beginTransaction();
        begun = System.nanoTime();
      }
    }
    producer.commitTransaction();
  }

  @Override
  public void close() {
    producer.close();
  }
}
