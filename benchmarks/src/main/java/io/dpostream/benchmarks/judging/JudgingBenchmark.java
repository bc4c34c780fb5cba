package io.dpostream.benchmarks.judging;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Measures the pairs a second that pass a rule judge and the assembler, alternating with a bare
 * transactional producer that writes the same bytes to the same broker; then measures the latency
 * that judge and assembler add to a pair at a fixed rate.
 *
 * <p>Arguments: pairs a round, rounds, pairs a second for the latency, then settings.
 */
public final class JudgingBenchmark {
  private static final String RAW = "raw";
  private static final long TRANSACTION_MS = 100;
  private static final int LATENCY_SECONDS = 20;

  private final KafkaSettings kafka;
  private final int pairs;

  private JudgingBenchmark(KafkaSettings kafka, int pairs) {
    this.kafka = kafka;
    this.pairs = pairs;
  }

  public static void main(String[] args) throws Exception {
    int pairs = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    int rate = Integer.parseInt(args[2]);
    List<String> settings = List.of(args).subList(3, args.length);
    Path folder = Files.createTempDirectory("judging");
    try (LocalCluster cluster = LocalCluster.start(folder.resolve("cluster"))) {
      KafkaSettings kafka = cluster.settings();
      try (Admin admin = kafka.admin()) {
        kafka.topics().ensure(admin);
        admin
            .createTopics(List.of(new NewTopic(RAW, Optional.of(1), Optional.empty())))
            .all()
            .get();
      }
      try (JudgingServices services =
          JudgingServices.start(kafka, folder.resolve("state"), settings)) {
        JudgingBenchmark benchmark = new JudgingBenchmark(kafka, pairs);
        benchmark.judged(); // warms up
        benchmark.throughput(rounds);
        benchmark.latency(rate);
      }
    }
  }

  private void throughput(int rounds) throws Exception {
    List<Double> raw = new ArrayList<>();
    List<Double> judged = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      raw.add(raw());
      judged.add(judged());
      ratios.add(judged.get(round) / raw.get(round));
      System.out.printf(
          Locale.ROOT,
          "round %d: raw %.0f records/s, judged %.0f pairs/s, ratio %.3f%n",
          round + 1,
          raw.get(round),
          judged.get(round),
          ratios.get(round));
    }
    System.out.printf(
        Locale.ROOT,
        "medians of %d: raw %.0f records/s, judged %.0f pairs/s, ratio %.3f%n",
        rounds,
        Quantiles.of(raw).at(0.5),
        Quantiles.of(judged).at(0.5),
        Quantiles.of(ratios).at(0.5));
  }

  /**
   * Records a second of the bare producer, from the first send until the last record is visible.
   */
  private double raw() throws Exception {
    List<ProducerRecord<byte[], byte[]>> records =
        SyntheticPairs.records(kafka, pairs).stream().map(r -> to(RAW, r)).toList();
    return rate(records, RAW);
  }

  /** Pairs a second, from the first send until the last outcome is visible. */
  private double judged() throws Exception {
    return rate(SyntheticPairs.records(kafka, pairs), kafka.topics().outcomes().name());
  }

  private double rate(List<ProducerRecord<byte[], byte[]>> records, String endTopic)
      throws Exception {
    try (FirstSeenTimes ends = new FirstSeenTimes(kafka, endTopic);
        TransactionalSender sender = new TransactionalSender(kafka, "benchmark")) {
      long start = System.nanoTime();
      sender.send(records, TRANSACTION_MS);
      ends.await(records.size());
      return records.size() * 1e9 / (System.nanoTime() - start);
    }
  }

  private static ProducerRecord<byte[], byte[]> to(
      String topic, ProducerRecord<byte[], byte[]> record) {
    return new ProducerRecord<>(topic, record.key(), record.value());
  }

  private void latency(int rate) throws Exception {
    List<ProducerRecord<byte[], byte[]>> records =
        SyntheticPairs.records(kafka, rate * LATENCY_SECONDS);
    String pairsTopic = kafka.topics().completionPairs().name();
    try (FirstSeenTimes seen = new FirstSeenTimes(kafka, pairsTopic);
        FirstSeenTimes preferences =
            new FirstSeenTimes(kafka, kafka.topics().preferences().name());
        TransactionalSender sender = new TransactionalSender(kafka, "benchmark")) {
      long start = System.nanoTime();
      for (int i = 0; i < records.size(); i++) {
        LockSupport.parkNanos(start + i * 1_000_000_000L / rate - System.nanoTime());
        sender.send(records.subList(i, i + 1), TRANSACTION_MS);
      }
      preferences.await(records.size());
      System.out.printf(
          "pair visible to preference visible at %d pairs/s: %s (%d pairs)%n",
          rate, added(records, seen.nanos(), preferences.nanos()).text("ms"), records.size());
    }
  }

  private static Quantiles added(
      List<ProducerRecord<byte[], byte[]>> records, Map<String, Long> from, Map<String, Long> to) {
    List<Double> millis = new ArrayList<>();
    for (ProducerRecord<byte[], byte[]> record : records) {
      String key = new String(record.key(), UTF_8);
      millis.add((to.getOrDefault(key, 0L) - from.getOrDefault(key, 0L)) / 1e6);
    }
    return Quantiles.of(millis);
  }
}
