package io.dpostream.kafka.writing;

import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits records, and the offsets of what they were made from, in transactions: all or nothing.
 * Only the writer that last took over a transactional id can commit. Used by one thread.
 */
public final class TransactionalWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TransactionalWriter.class);

  private final Producer<byte[], byte[]> producer;
  private final Fencing fencing;
  private final Retry retry;

  /**
   * Creates a writer that has to {@linkplain #takeOver take over} before it can write.
   *
   * @param config configuration of a producer with a transactional id, by {@link
   *     io.dpostream.kafka.KafkaSettings#transactionalProducer}
   * @param fencing what to report when a newer writer has taken over
   * @param retry how often a transaction is tried
   */
  public TransactionalWriter(Map<String, Object> config, Fencing fencing, Retry retry) {
    this(
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()),
        fencing,
        retry);
  }

  TransactionalWriter(Producer<byte[], byte[]> producer, Fencing fencing, Retry retry) {
    this.producer = producer;
    this.fencing = fencing;
    this.retry = retry;
  }

  /**
   * Takes over the transactional id: an older writer's open transaction is aborted, and it can
   * begin no other.
   *
   * @throws UserException when a newer writer takes over meanwhile
   */
  public void takeOver() {
    try {
      retry.run(producer::initTransactions);
    } catch (KafkaException e) {
      if (Fencing.isCertain(e)) {
        throw fencing.takenOver(e);
      }
      throw e;
    }
  }

  /**
   * Commits a transaction, trying again after a failure as often as {@link Retry} says; a failed
   * attempt is aborted before the next.
   *
   * @return each record's position
   * @throws UserException when a newer writer has taken over; nothing was committed
   * @throws CommitUnknownException when the broker does not answer the commit
   * @throws KafkaException of the last attempt, or at once when trying again cannot help
   */
  public List<RecordMetadata> commit(Transaction transaction) {
    List<Future<RecordMetadata>> sent = send(transaction);
    return sent.stream().map(TransactionalWriter::metadata).toList();
  }

  private List<Future<RecordMetadata>> send(Transaction transaction) {
    for (int failures = 0; ; failures++) {
      try {
        return attempt(transaction);
      } catch (InterruptException | CommitUnknownException e) {
        throw e;
      } catch (KafkaException e) {
        if (Outage.isPermanent(e)) {
          throw afterAbort(e);
        }
        boolean last = !retry.isWorthwhileAfter(failures + 1);
        if (Fencing.isCertain(e) || (last && Fencing.isFenced(e))) {
          throw fencing.takenOver(e);
        }
        if (last) {
          throw e;
        }
        log.warn("transaction aborted, trying again: {}", e.toString());
        abort(e);
        retry.pauseAfter(failures, String.valueOf(e.getMessage()));
      }
    }
  }

  private List<Future<RecordMetadata>> attempt(Transaction transaction) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    producer.beginTransaction();
    transaction.records().forEach(record -> sent.add(producer.send(record)));
    transaction
        .consumed()
        .ifPresent(c -> producer.sendOffsetsToTransaction(c.offsets(), c.group()));
    transaction
        .beforeCommit()
        .ifPresent(
            action -> {
              producer.flush();
              action.run();
            });
    // A commit whose answer is late may have happened: it is requested again, never aborted.
    commitPatiently(producer, retry);
    return sent;
  }

  static void commitPatiently(Producer<byte[], byte[]> producer, Retry retry) {
    try {
      retry.run(producer::commitTransaction);
    } catch (RetriableException e) {
      throw new CommitUnknownException(e);
    }
  }

  /** Leaves nothing open behind a fault that no repetition mends. */
  private KafkaException afterAbort(KafkaException permanent) {
    try {
      producer.abortTransaction();
    } catch (KafkaException e) {
      permanent.addSuppressed(e);
    }
    return permanent;
  }

  private void abort(KafkaException failure) {
    try {
      retry.run(producer::abortTransaction);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      if (Fencing.isFenced(e)) {
        throw fencing.takenOver(e);
      }
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /**
   * Asks the broker whether this writer is still the newest, by a transaction that is aborted; an
   * empty transaction would never reach the broker.
   *
   * @param probe a record that is never committed
   * @throws UserException when a newer writer has taken over
   */
  public void confirmOwnership(ProducerRecord<byte[], byte[]> probe) {
    try {
      producer.beginTransaction();
      producer.send(probe);
      producer.flush();
      retry.run(producer::abortTransaction);
    } catch (KafkaException e) {
      if (Fencing.isFenced(e)) {
        throw fencing.takenOver(e);
      }
      throw e;
    }
  }

  /** Begins a transaction whose records are not known yet; it is attempted only once. */
  public OpenTransaction begin() {
    return new OpenTransaction(producer, retry);
  }

  private static RecordMetadata metadata(Future<RecordMetadata> sent) {
    if (!sent.isDone()) {
      throw new KafkaException("the transaction ended before its record was sent");
    }
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

  /** Closes without waiting; the next writer to take over aborts what is left open. */
  public void abandon() {
    producer.close(Duration.ZERO);
  }
}
