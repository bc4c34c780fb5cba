package io.dpostream.benchmarks.judging;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.OpenTransaction;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.TransactionalWriter;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A producer that does nothing but write encoded records in transactions. */
final class TransactionalSender implements AutoCloseable {
  private final TransactionalWriter writer;

  TransactionalSender(KafkaSettings kafka, String name) {
    writer =
        new TransactionalWriter(
            kafka.transactionalProducer(name, name), Fencing.of(name), Retry.never());
    writer.takeOver();
  }

  /** Sends all records, in transactions that stay open for {@code transactionMs}. */
  void send(List<ProducerRecord<byte[], byte[]>> records, long transactionMs) {
    long length = transactionMs * 1_000_000;
    Iterator<ProducerRecord<byte[], byte[]>> next = records.iterator();
    while (next.hasNext()) {
      long begun = System.nanoTime();
      try (OpenTransaction transaction = writer.begin()) {
        while (next.hasNext() && System.nanoTime() - begun <= length) {
          transaction.send(next.next());
        }
        transaction.commit();
      }
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
