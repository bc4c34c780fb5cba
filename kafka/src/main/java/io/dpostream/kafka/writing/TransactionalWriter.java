package io.dpostream.kafka.writing;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits records, and the offsets of what they were made from, in one transaction each time: all
 * of it or nothing. Whoever opened a writer of the same transactional id last is the only one who
 * can commit. Used by one thread.
 */
public final class TransactionalWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionalWriter.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final String what;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Retry retry;

  /**
   * @param transactionalId of the one who may write
   * @param what is written by only one at a time, for the error: {@code sampler of run 7}
   */
  public TransactionalWriter(
      KafkaSettings kafka, String transactionalId, String what, Retry retry) {
    this.what = what;
    this.retry = retry;
    this.producer =
        new KafkaProducer<>(
            kafka.transactionalProducer(transactionalId, transactionalId),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Takes over: an open transaction of an older writer is aborted, and it can begin no other. */
  public void takeOver() {
    retry.run(producer::initTransactions);
  }

  /**
   * Commits the records, trying again for as long as the broker is out of reach.
   *
   * @return where each record stands
   * @throws UserException when another writer has taken over; nothing was committed
   */
  public List<RecordMetadata> commit(List<ProducerRecord<byte[], byte[]>> records) {
    return commitAll(records, () -> {});
  }

  /** As {@link #commit(List)}, with the offsets that the group has consumed. */
  public List<RecordMetadata> commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    return commitAll(records, () -> producer.sendOffsetsToTransaction(offsets, group));
  }

  private List<RecordMetadata> commitAll(
      List<ProducerRecord<byte[], byte[]>> records, Runnable sendOffsets) {
    while (true) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      try {
        producer.beginTransaction();
        records.forEach(record -> sent.add(producer.send(record)));
        sendOffsets.run();
        retry.run(producer::commitTransaction);
        return sent.stream().map(TransactionalWriter::metadata).toList();
      } catch (InterruptException e) {
        throw e;
      } catch (KafkaException e) {
        abort(e);
        if (retry.pause(PAUSE)) {
          throw new InterruptException("stopped while committing");
        }
      }
    }
  }

  private void abort(KafkaException cause) {
    try {
      if (isFenced(cause)) {
        throw cause;
      }
      retry.run(producer::abortTransaction);
      log.warn("transaction aborted, trying again: {}", cause.getMessage());
    } catch (KafkaException e) {
      if (isFenced(e)) {
        throw new UserException("another " + what + " has taken over; this one stops", e);
      }
      throw e;
    }
  }

  private static boolean isFenced(Throwable e) {
    return e instanceof ProducerFencedException || (e.getCause() != null && isFenced(e.getCause()));
  }

  private static RecordMetadata metadata(Future<RecordMetadata> sent) {
    try {
      return sent.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("committed, but not sent", e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
