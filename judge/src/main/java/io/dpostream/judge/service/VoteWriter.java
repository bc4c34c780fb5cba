package io.dpostream.judge.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.Transaction;
import io.dpostream.kafka.writing.TransactionalWriter;
import io.dpostream.schemas.Judgment;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits people's votes one by one while they wait, each in a transaction of an id that a human
 * judge has only one of: a second process that serves the same judge takes over, and the first can
 * write nothing more. Thread-safe.
 */
final class VoteWriter implements AutoCloseable {
  /** A person waits this long before being told that the vote is not saved yet. */
  private static final int PATIENCE_MS = 10_000;

  private final Map<String, Object> config;
  private final Fencing fencing;
  private final Topic<Judgment> judgments;
  private final RecordEncoder encoder;
  private Optional<TransactionalWriter> writer = Optional.empty();
  private volatile Optional<UserException> takenOver = Optional.empty();
  private boolean closed;

  VoteWriter(String judgeId, KafkaSettings settings) {
    String id = settings.topicPrefix() + "judge-" + judgeId + "-people";
    this.config = settings.transactionalProducer(id, id);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MS);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS / 2);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    this.fencing = new Fencing("judge " + judgeId, "one process serves a human judge");
    this.judgments = settings.topics().judgments();
    this.encoder = settings.encoder();
  }

  /**
   * Takes over from an earlier process; what that one had under way is settled afterwards.
   *
   * @param example a judgment that is not written: what it is encoded by is known afterwards, so
   *     that no person ever waits for the registry
   */
  synchronized void open(Judgment example) {
    encoder.encode(judgments, example.getPairId(), example);
    writer();
  }

  /**
   * Returns when the judgment is committed.
   *
   * @throws KafkaException when it is not, or not known to be; it may be written again
   * @throws UserException when another process has taken over; see {@link #takenOver}
   */
  synchronized void write(Judgment judgment) {
    commit(Transaction.of(List.of(encoder.encode(judgments, judgment.getPairId(), judgment))));
  }

  /**
   * Commits how far the judge has read. Nobody starts from there, but it shows how far behind the
   * judge is, and who has nothing else to write learns whether another process has taken over: a
   * transaction with nothing in it never reaches the broker.
   *
   * @throws KafkaException as {@link #write}
   */
  synchronized void write(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    commit(Transaction.of(List.of()).consuming(offsets, group));
  }

  private void commit(Transaction transaction) {
    TransactionalWriter current = writer();
    try {
      current.commit(transaction);
    } catch (UserException e) {
      takenOver = Optional.of(e);
      drop();
      throw e;
    } catch (KafkaException e) {
      drop();
      throw e;
    }
  }

  /** Set once another process has taken over; every write fails from then on. */
  Optional<UserException> takenOver() {
    return takenOver;
  }

  @Override
  public synchronized void close() {
    closed = true;
    drop();
  }

  private TransactionalWriter writer() {
    if (takenOver.isPresent()) {
      throw takenOver.get(); // a new writer would take the judge back
    }
    if (closed) {
      throw new KafkaException("the judge is stopping");
    }
    if (writer.isEmpty()) {
      writer = Optional.of(new TransactionalWriter(config, fencing, Retry.never()));
      try {
        writer.get().takeOver();
      } catch (KafkaException e) {
        drop();
        throw e;
      }
    }
    return writer.get();
  }

  /** A writer that has failed is of no more use; the next one settles what it left open. */
  private void drop() {
    writer.ifPresent(TransactionalWriter::abandon);
    writer = Optional.empty();
  }
}
