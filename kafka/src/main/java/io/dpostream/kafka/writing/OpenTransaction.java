package io.dpostream.kafka.writing;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A transaction that records are added to while it is open; closing without a commit aborts it. */
public final class OpenTransaction implements AutoCloseable {
  private final Producer<byte[], byte[]> producer;
  private final Retry retry;
  private boolean commitRequested;

  OpenTransaction(Producer<byte[], byte[]> producer, Retry retry) {
    this.producer = producer;
    this.retry = retry;
    producer.beginTransaction();
  }

  /** Adds a record. */
  public void send(ProducerRecord<byte[], byte[]> record) {
    producer.send(record);
  }

  /**
   * Makes all records visible.
   *
   * @throws CommitUnknownException when the broker does not answer
   */
  public void commit() {
    commitRequested = true;
    TransactionalWriter.commitPatiently(producer, retry);
  }

  @Override
  public void close() {
    if (!commitRequested) {
      producer.abortTransaction();
    }
  }
}
