package io.dpostream.judge.service;

import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a share group: it takes a few pairs at a time, each under a lock of its own, and
 * renews the locks while the judge thinks. Kafka gives a member no further records before it has
 * let go of the ones it holds, so a judge that works on many pairs at once has several members.
 *
 * <p>A judgment is written and durable before its pair is accepted; a crash in between judges the
 * pair again, under the same judgment id. A failed pair is handed back; after the last attempt it
 * is a dead letter, with an abstention in its place so that nobody waits for it. A member that
 * crashes or hangs loses its locks, and its pairs go to another. A pair that cannot be decoded is
 * passed over: the assembler sets it aside, once for all judges.
 */
final class ShareGroupWorker implements JudgeWorker {
  private static final Logger log = LoggerFactory.getLogger(ShareGroupWorker.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration TICK = Duration.ofMillis(100);

  /** A pair under this member's lock, from its delivery to its acknowledgement. */
  private record Task(ConsumerRecord<byte[], byte[]> source, CompletionPair pair, int delivery) {}

  /** What has come of a task: its judgment, or its failure. */
  private record Result(Task task, CompletableFuture<Judgment> judgment) {}

  private record Position(int partition, long offset) {
    static Position of(ConsumerRecord<?, ?> record) {
      return new Position(record.partition(), record.offset());
    }
  }

  private final JudgeSpec spec;
  private final JudgeConfig config;
  private final JudgeInvoker invoker;
  private final JudgeListener listener;
  private final Topic<CompletionPair> pairs;
  private final Topic<Judgment> judgments;
  private final RecordDecoder<CompletionPair> decoder;
  private final RecordEncoder encoder;
  private final DeadLetters deadLetters;
  private final KafkaShareConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<Position, Task> held = new LinkedHashMap<>();
  private final LinkedBlockingQueue<Result> results = new LinkedBlockingQueue<>();
  private volatile boolean stopped;

  ShareGroupWorker(
      JudgeSpec spec,
      JudgeConfig config,
      KafkaSettings settings,
      JudgeInvoker invoker,
      JudgeListener listener,
      int member) {
    this.spec = spec;
    this.config = config;
    this.invoker = invoker;
    this.listener = listener;
    this.pairs = settings.topics().completionPairs();
    this.judgments = settings.topics().judgments();
    this.decoder = settings.decoder(pairs);
    this.encoder = settings.encoder();
    this.deadLetters = new DeadLetters(settings.topics());
    ShareGroup group = ShareGroup.of(spec, config, settings);
    String client = group.id() + "-" + config.instance() + "-" + member;
    this.consumer = new KafkaShareConsumer<>(group.consumer(client));
    this.producer =
        new KafkaProducer<>(
            settings.producer(client), new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public void run() {
    try {
      consumer.subscribe(List.of(pairs.name()));
      while (!stopped) {
        consumer.poll(POLL).forEach(this::begin);
        long renewAt = renewAt();
        while (!held.isEmpty() && !stopped) {
          settle(await());
          if (System.nanoTime() - renewAt >= 0) {
            renew();
            renewAt = renewAt();
          }
        }
      }
    } finally {
      handBack();
      producer.close();
      consumer.close();
    }
  }

  @Override
  public void stop() {
    stopped = true; // no wakeup: where it finds no poll to end, it ends the handing back
  }

  private void begin(ConsumerRecord<byte[], byte[]> record) {
    if (!(decoder.decode(record) instanceof Decoded.Value<CompletionPair> pair)
        || !spec.judges(pair.value())) {
      consumer.acknowledge(record, AcknowledgeType.ACCEPT);
      return;
    }
    int delivery = record.deliveryCount().orElse((short) 1);
    Task task = new Task(record, pair.value(), delivery);
    held.put(Position.of(record), task);
    CompletableFuture<Judgment> judgment =
        delivery > JudgeConfig.MOST_ATTEMPTS
            ? CompletableFuture.failedFuture(
                new IllegalStateException("crashed, hung or was stopped each time"))
            : invoker.judge(task.pair());
    judgment.whenComplete((done, failure) -> finish(new Result(task, judgment)));
  }

  /** A failure that is handed back waits a little, still under its lock. */
  private void finish(Result result) {
    Task task = result.task();
    if (result.judgment().isCompletedExceptionally() && task.delivery() < config.maxAttempts()) {
      CompletableFuture.delayedExecutor(invoker.backoffMs(task.delivery()), TimeUnit.MILLISECONDS)
          .execute(() -> results.add(result));
    } else {
      results.add(result);
    }
  }

  /** Results that are there, or come within a moment. */
  private List<Result> await() {
    List<Result> finished = new ArrayList<>();
    try {
      Result first = results.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
      if (first != null) {
        finished.add(first);
        results.drainTo(finished);
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    return finished;
  }

  /** Writes what is finished, waits until it is durable, and only then lets go of the pairs. */
  private void settle(List<Result> finished) {
    if (finished.isEmpty()) {
      return;
    }
    Map<Task, List<Future<RecordMetadata>>> writes = new HashMap<>();
    for (Result result : finished) {
      writes.put(result.task(), records(result).stream().map(producer::send).toList());
    }
    producer.flush();
    writes.forEach(
        (task, sent) -> {
          if (held.remove(Position.of(task.source())) != null) {
            acknowledge(task, acknowledgement(sent));
          }
        });
    consumer.commitSync();
  }

  /** A judgment accepts; a dead letter and an abstention reject; nothing durable releases. */
  private static AcknowledgeType acknowledgement(List<Future<RecordMetadata>> sent) {
    if (sent.isEmpty() || !sent.stream().allMatch(ShareGroupWorker::isDurable)) {
      return AcknowledgeType.RELEASE;
    }
    return sent.size() == 1 ? AcknowledgeType.ACCEPT : AcknowledgeType.REJECT;
  }

  /** A judgment; or nothing, to hand the pair back; or a dead letter and an abstention. */
  private List<ProducerRecord<byte[], byte[]>> records(Result result) {
    Task task = result.task();
    if (!result.judgment().isCompletedExceptionally()) {
      return List.of(encoded(result.judgment().join()));
    }
    if (task.delivery() < config.maxAttempts()) {
      return List.of();
    }
    String reason = invoker.reason(failure(result.judgment()), task.delivery());
    listener.givenUp(spec.id(), task.pair().getPairId(), reason);
    return List.of(
        deadLetters.record(task.source(), reason),
        encoded(invoker.abstention(task.pair(), reason)));
  }

  private ProducerRecord<byte[], byte[]> encoded(Judgment judgment) {
    listener.judged(judgment);
    return encoder.encode(judgments, judgment.getPairId(), judgment);
  }

  /**
   * Renews the locks of all that is held. A renewed record has to be taken again by a poll, which
   * may also bring a record whose lock was thought lost: that one is begun anew, because a record
   * that is delivered and never acknowledged ends the consumer.
   */
  private void renew() {
    held.values().forEach(task -> acknowledge(task, AcknowledgeType.RENEW));
    consumer.commitSync();
    Set<Position> lost = new HashSet<>(held.keySet());
    List<ConsumerRecord<byte[], byte[]>> others = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(renewal())) {
      if (!lost.remove(Position.of(record))) {
        others.add(record);
      }
    }
    if (!lost.isEmpty()) {
      log.warn("judge {} lost the lock of {} pairs", spec.id(), lost.size());
      held.keySet().removeAll(lost);
    }
    others.forEach(this::begin);
  }

  /** Time between two renewals, and the most that one waits for its records. */
  private Duration renewal() {
    return Duration.ofMillis(config.lockMs() / 3);
  }

  private long renewAt() {
    return System.nanoTime() + renewal().toNanos();
  }

  /**
   * Lets go of what is held. The other members of this process stop at the same time; one that was
   * still asking would take the pairs, and with them one of the deliveries that they have.
   */
  private void handBack() {
    try {
      if (!held.isEmpty()) {
        Thread.sleep(POLL.multipliedBy(2).toMillis());
      }
      held.values().forEach(task -> acknowledge(task, AcknowledgeType.RELEASE));
      consumer.commitSync();
    } catch (KafkaException e) {
      log.info("judge {}: locks are left to run out: {}", spec.id(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acknowledge(Task task, AcknowledgeType type) {
    try {
      consumer.acknowledge(task.source(), type);
    } catch (IllegalStateException e) {
      log.warn(
          "judge {} no longer holds pair {}: {}",
          spec.id(),
          task.pair().getPairId(),
          e.getMessage());
    }
  }

  private static Throwable failure(CompletableFuture<Judgment> judgment) {
    return judgment
        .handle((done, failure) -> failure == null ? new IllegalStateException() : failure)
        .join();
  }

  private static boolean isDurable(Future<RecordMetadata> write) {
    try {
      write.get();
      return true;
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
