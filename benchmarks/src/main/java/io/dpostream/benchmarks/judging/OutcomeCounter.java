package io.dpostream.benchmarks.judging;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.PairOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts outcomes by kind, pairs with more than one outcome, and dead letters. */
final class OutcomeCounter implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final RecordDecoder<PairOutcome> decoder;
  private final Topic<PairOutcome> outcomes;
  private final Map<String, Integer> kinds = new ConcurrentSkipListMap<>();
  private final Set<String> ids = ConcurrentHashMap.newKeySet();
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger deadLetters = new AtomicInteger();
  private final Thread thread;
  private volatile boolean closed;

  OutcomeCounter(KafkaSettings kafka) {
    outcomes = kafka.topics().outcomes();
    decoder = kafka.decoder(outcomes);
    consumer =
        new KafkaConsumer<>(
            kafka.consumer("outcome-counter"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        List.of(outcomes.name(), kafka.topics().deadLetters()).stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread = new Thread(this::read, "outcome-counter");
    thread.start();
  }

  private void read() {
    try (consumer) {
      while (!closed) {
        consumer.poll(POLL).forEach(this::count);
      }
    } catch (WakeupException e) {
      // closed
    }
  }

  private void count(ConsumerRecord<byte[], byte[]> record) {
    if (!record.topic().equals(outcomes.name())) {
      deadLetters.incrementAndGet();
    } else if (decoder.decode(record) instanceof Decoded.Value<PairOutcome> outcome) {
      kinds.merge(outcome.value().getOutcome().name(), 1, Integer::sum);
      if (!ids.add(outcome.value().getPairId())) {
        repeated.incrementAndGet();
      }
    }
  }

  /** Waits until this many pairs have an outcome, for at most two minutes. */
  void await(int pairs) throws InterruptedException {
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (ids.size() < pairs && System.nanoTime() < limit) {
      Thread.sleep(50);
    }
  }

  @Override
  public String toString() {
    return "%d with an outcome %s, %d with more than one, %d dead letters"
        .formatted(ids.size(), kinds, repeated.get(), deadLetters.get());
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    consumer.wakeup();
    thread.join();
  }
}
