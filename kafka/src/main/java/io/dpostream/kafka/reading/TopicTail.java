package io.dpostream.kafka.reading;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics from their beginning in a thread of its own and hands every committed record to a
 * handler, for as long as it is open. A handler that fails because the registry cannot be reached
 * gets the record again; any other failure ends the reading, and {@link #check} throws it.
 */
public final class TopicTail implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TopicTail.class);
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<Topic<?>, Consumer<ConsumerRecord<byte[], byte[]>>> handlers;
  private final Runnable afterPoll;
  private final Retry retry = Retry.untilStopped();
  private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean caughtUp;

  /**
   * @param handlers called for each record of the topic, in order within a partition
   * @param afterPoll called again and again in the same thread, once everything that was committed
   *     at the start has been handled
   */
  public TopicTail(
      KafkaSettings kafka,
      String name,
      Map<Topic<?>, Consumer<ConsumerRecord<byte[], byte[]>>> handlers,
      Runnable afterPoll) {
    this.consumer = new KafkaConsumer<>(kafka.consumer(name));
    this.handlers = Map.copyOf(handlers);
    this.afterPoll = afterPoll;
    this.thread = new Thread(this::follow, name);
    thread.setDaemon(true);
  }

  /** Starts reading. */
  public void start() {
    thread.start();
  }

  /** Whether everything that was committed at the start has been handled. */
  public boolean isCaughtUp() {
    check();
    return caughtUp;
  }

  /**
   * Whether every committed record before these offsets has been handled.
   *
   * @param ends exclusive; partitions that did not exist when the reading started are passed over
   */
  public boolean hasHandled(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> positions.getOrDefault(end.getKey(), Long.MAX_VALUE) >= end.getValue());
  }

  /** Throws the failure that ended the reading, if there was one. */
  public void check() {
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }

  @Override
  public void close() {
    retry.stop();
    consumer.wakeup();
    if (thread.getState() == Thread.State.NEW) {
      consumer.close();
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    try (consumer) {
      List<TopicPartition> partitions = retry.call(this::partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = retry.call(() -> consumer.endOffsets(partitions));
      while (!retry.isStopped()) {
        ConsumerRecords<byte[], byte[]> records = DamagedLog.poll(consumer, POLL);
        handlers.forEach((topic, handler) -> handle(records.records(topic.name()), handler));
        partitions.forEach(p -> positions.put(p, retry.call(() -> consumer.position(p))));
        caughtUp = caughtUp || hasHandled(end);
        if (caughtUp) {
          afterPoll.run();
        }
      }
    } catch (WakeupException | InterruptException e) {
      log.debug("stopped", e);
    } catch (RuntimeException | Error e) {
      failure.set(e);
    }
  }

  private void handle(
      Iterable<ConsumerRecord<byte[], byte[]>> records,
      Consumer<ConsumerRecord<byte[], byte[]>> handler) {
    records.forEach(record -> retry.run(() -> handler.accept(record)));
  }

  private List<TopicPartition> partitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (Topic<?> topic : handlers.keySet()) {
      partitions.addAll(partitions(consumer, topic));
    }
    return partitions;
  }

  /**
   * The partitions of an existing topic.
   *
   * @throws UserException when there is no such topic
   */
  public static List<TopicPartition> partitions(
      org.apache.kafka.clients.consumer.Consumer<?, ?> consumer, Topic<?> topic) {
    List<PartitionInfo> partitions = consumer.partitionsFor(topic.name());
    if (partitions == null || partitions.isEmpty()) {
      throw new UserException(
          "topic " + topic.name() + ": does not exist; create it or check topic.prefix");
    }
    return partitions.stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList();
  }
}
