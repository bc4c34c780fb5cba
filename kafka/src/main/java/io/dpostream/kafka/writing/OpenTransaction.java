package io.dpostream.kafka.writing;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A transaction that records are added to while it is open; closing without a commit aborts it. */
public final class OpenTransaction implements AutoCloseable {
  private final Producer<byte[], byte[]> producer;
  private boolean committed;

  OpenTransaction(Producer<byte[], byte[]> producer) {
    this.producer = producer;
    producer.beginTransaction();
  }

  /** Adds a record. */
  public void send(ProducerRecord<byte[], byte[]> record) {
    producer.send(record);
  }

  /** Makes all records visible. */
  public void commit() {
    producer.commitTransaction();
    committed = true;
  }

  @Override
  public void close() {
    if (!committed) {
      producer.abortTransaction();
    }
  }
}
