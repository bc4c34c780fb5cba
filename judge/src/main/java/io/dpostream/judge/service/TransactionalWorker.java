package io.dpostream.judge.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.DamagedLog;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.Transaction;
import io.dpostream.kafka.writing.TransactionalWriter;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.settings.service.WorkEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.WakeupException;

/**
 * A consumer group and transactions: the judgments of one poll and its offsets are committed
 * together, so that every pair is judged once. A pair that cannot be decoded is passed over: the
 * assembler sets it aside, once for all judges.
 */
final class TransactionalWorker implements JudgeWorker {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final int BATCH_BYTES = 256 * 1024; // a transaction of pairs in a few requests

  private final JudgeSpec spec;
  private final JudgeInvoker invoker;
  private final JudgeListener listener;
  private final Topic<CompletionPair> pairs;
  private final Topic<Judgment> judgments;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TransactionalWriter writer;
  private final RecordDecoder<CompletionPair> decoder;
  private final RecordEncoder encoder;
  private volatile boolean stopped;

  TransactionalWorker(
      JudgeSpec spec,
      JudgeConfig config,
      KafkaSettings settings,
      JudgeInvoker invoker,
      JudgeListener listener) {
    this.spec = spec;
    this.invoker = invoker;
    this.listener = listener;
    this.pairs = settings.topics().completionPairs();
    this.judgments = settings.topics().judgments();
    this.decoder = settings.decoder(pairs);
    this.encoder = settings.encoder();
    String group = groupId(spec, settings);
    String member = group + "-" + config.instance();
    Map<String, Object> consuming = settings.consumer(member);
    consuming.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    consuming.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // a new judge sees all
    consuming.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, config.maxPollRecords());
    // However long a batch takes, its pairs go to nobody else: it ends by the judge's own limits,
    // and that a process has died is known by its session.
    consuming.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Integer.MAX_VALUE);
    consuming.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, config.sessionTimeoutMs());
    consuming.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, config.sessionTimeoutMs() / 5);
    this.consumer = new KafkaConsumer<>(consuming);
    Map<String, Object> producing = settings.transactionalProducer(member, member);
    producing.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    Fencing fencing =
        new Fencing(
            "judge %s of judge.instance '%s'".formatted(spec.id(), config.instance()),
            "give each process its own judge.instance");
    // After a failure this worker is made anew: the group may have given its pairs to another.
    this.writer = new TransactionalWriter(producing, fencing, Retry.never());
  }

  /** The consumer group of a judge's workers. */
  static String groupId(JudgeSpec spec, KafkaSettings settings) {
    return settings.topicPrefix() + "judge-" + spec.id();
  }

  @Override
  public void run() {
    try {
      writer.takeOver();
      consumer.subscribe(List.of(pairs.name()));
      while (!stopped) {
        ConsumerRecords<byte[], byte[]> records = DamagedLog.poll(consumer, POLL);
        if (!records.isEmpty()) {
          try (WorkEvent work = WorkEvent.begin("judge", "judge", records.count())) {
            write(judge(records), records);
          }
        }
      }
    } catch (WakeupException e) {
      // stopped while it waited
    } finally {
      writer.abandon(); // an open transaction is rolled back by the successor
      consumer.close();
    }
  }

  @Override
  public void stop() {
    stopped = true;
    consumer.wakeup();
  }

  private List<Judgment> judge(ConsumerRecords<byte[], byte[]> records) {
    Semaphore free = new Semaphore(spec.concurrency());
    List<CompletableFuture<Judgment>> verdicts = new ArrayList<>(records.count());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (decoder.decode(record) instanceof Decoded.Value<CompletionPair> pair
          && spec.judges(pair.value())) {
        free.acquireUninterruptibly();
        verdicts.add(
            invoker.judgeOrAbstain(pair.value()).whenComplete((judgment, e) -> free.release()));
      }
    }
    return verdicts.stream().map(CompletableFuture::join).toList();
  }

  private void write(List<Judgment> batch, ConsumerRecords<byte[], byte[]> records) {
    List<ProducerRecord<byte[], byte[]>> encoded = new ArrayList<>(batch.size());
    for (Judgment judgment : batch) {
      encoded.add(encoder.encode(judgments, judgment.getPairId(), judgment));
    }
    writer.commit(
        Transaction.of(encoded).consuming(records.nextOffsets(), consumer.groupMetadata()));
    batch.forEach(listener::judged);
  }
}
