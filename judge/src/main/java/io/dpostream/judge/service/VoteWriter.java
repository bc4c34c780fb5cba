package io.dpostream.judge.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.Judgment;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Commits people's votes one by one while they wait, each in a transaction of an id that a human
 * judge has only one of: a second process that serves the same judge takes over, and the first can
 * write nothing more. Thread-safe.
 */
final class VoteWriter implements AutoCloseable {
  /** As long as a person is kept waiting before being told. */
  private static final int PATIENCE_MS = 10_000;

  private final Map<String, Object> config;
  private final Topic<Judgment> judgments;
  private final RecordEncoder encoder;
  private Optional<KafkaProducer<byte[], byte[]>> producer = Optional.empty();
  private volatile Optional<KafkaException> takenOver = Optional.empty();
  private boolean closed;

  VoteWriter(String judgeId, KafkaSettings settings) {
    String id = settings.topicPrefix() + "judge-" + judgeId + "-people";
    this.config = settings.transactionalProducer(id, id);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MS);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS / 2);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MS);
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
    producer();
  }

  /**
   * Returns when the judgment is committed.
   *
   * @throws KafkaException when it is not, or not known to be; it may be written again
   */
  synchronized void write(Judgment judgment) {
    Future<RecordMetadata> sent =
        commit(p -> p.send(encoder.encode(judgments, judgment.getPairId(), judgment)));
    if (!sent.isDone()) {
      drop();
      throw new KafkaException("the transaction ended before its record was sent");
    }
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
    commit(
        p -> {
          p.sendOffsetsToTransaction(offsets, group);
          return offsets;
        });
  }

  private <T> T commit(Function<KafkaProducer<byte[], byte[]>, T> work) {
    KafkaProducer<byte[], byte[]> current = producer();
    try {
      current.beginTransaction();
      T result = work.apply(current);
      current.commitTransaction();
      return result;
    } catch (KafkaException e) {
      if (e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException) {
        takenOver = Optional.of(e);
      }
      drop();
      throw e;
    }
  }

  /** The failure that told that another process has taken over; every write fails from then on. */
  Optional<KafkaException> takenOver() {
    return takenOver;
  }

  @Override
  public synchronized void close() {
    closed = true;
    drop();
  }

  private KafkaProducer<byte[], byte[]> producer() {
    if (takenOver.isPresent()) {
      throw takenOver.get(); // a new producer would take the judge back
    }
    if (closed) {
      throw new KafkaException("the judge is stopping");
    }
    if (producer.isEmpty()) {
      producer =
          Optional.of(
              new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
      try {
        producer.get().initTransactions();
      } catch (KafkaException e) {
        drop();
        throw e;
      }
    }
    return producer.get();
  }

  /** A producer that has failed is of no more use; the next one settles what it left open. */
  private void drop() {
    producer.ifPresent(old -> old.close(Duration.ZERO));
    producer = Optional.empty();
  }
}
