package io.dpostream.benchmarks.judging;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dpostream.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** When each key's first record of a topic became visible to a {@code read_committed} reader. */
final class FirstSeenTimes implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<String, Long> nanos = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  /** Starts listening at the topic's current end. */
  FirstSeenTimes(KafkaSettings kafka, String topic) {
    Map<String, Object> settings = kafka.consumer("first-seen-" + topic);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream().map(FirstSeenTimes::partition).toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread = new Thread(this::listen, "first-seen-" + topic);
    thread.start();
  }

  private static TopicPartition partition(PartitionInfo info) {
    return new TopicPartition(info.topic(), info.partition());
  }

  private void listen() {
    try (consumer) {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          nanos.putIfAbsent(new String(record.key(), UTF_8), System.nanoTime());
        }
      }
    } catch (WakeupException e) {
      // closed
    }
  }

  /** Readings of {@link System#nanoTime}, by key. */
  Map<String, Long> nanos() {
    return nanos;
  }

  /** Waits until this many keys have been seen. */
  void await(int count) throws InterruptedException {
    long limit = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    while (nanos.size() < count) {
      if (System.nanoTime() > limit) {
        throw new IllegalStateException(
            thread.getName() + ": " + nanos.size() + " of " + count + " after five minutes");
      }
      Thread.sleep(1);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    consumer.wakeup();
    thread.join();
  }
}
