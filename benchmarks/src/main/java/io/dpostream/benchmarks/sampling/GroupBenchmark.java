package io.dpostream.benchmarks.sampling;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.SamplerListener;
import io.dpostream.sampler.SamplerRun;
import io.dpostream.sampler.SamplerService;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Samplers of one run on an engine that takes a fixed time for a batch.
 *
 * <p>{@code speed SECONDS}: pairs a second with 1, 2 and 4 samplers, each added while the others
 * work. {@code pacing SECONDS OUT.csv}: outstanding pairs and their age with 1, 2 and 4 samplers
 * and a judge ten times slower than one of them.
 */
public final class GroupBenchmark {
  private static final String RUN = "benchmark";
  private static final int BATCH = 8;
  private static final int MILLIS_PER_BATCH = 100;
  private static final int PAIRS_PER_STEP = 16;
  private static final int[] NUMBERS = {1, 2, 4};
  private static final double JUDGED_PER_SECOND = BATCH * 1000.0 / MILLIS_PER_BATCH / 10;

  private GroupBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("dpo-samplers");
    double seconds = Double.parseDouble(arguments[1]);
    try (LocalCluster cluster = LocalCluster.start(folder)) {
      if (arguments[0].equals("speed")) {
        speed(deployment(cluster, "speed"), seconds);
      } else {
        pacing(cluster, seconds, Path.of(arguments[2]));
      }
    }
    System.exit(0); // threads of samplers that were stopped half way
  }

  private static void speed(KafkaSettings kafka, double seconds) throws Exception {
    fill(kafka, 40_000);
    List<Running> running = new ArrayList<>();
    try (Pairs pairs = new Pairs(kafka);
        SimulatedTraining training = new SimulatedTraining(kafka, RUN, 1_000_000)) {
      double one = 0;
      for (int number : NUMBERS) {
        while (running.size() < number) {
          running.add(new Running(kafka, "s" + running.size(), 1_000_000, 2));
        }
        sleep(8); // until they share
        long before = pairs.count.get();
        sleep(seconds);
        double rate = (pairs.count.get() - before) / seconds;
        one = number == 1 ? rate : one;
        System.out.printf(
            "%d samplers: %.1f pairs/s, %.2f times one; the engines' limit is %.0f%n",
            number, rate, rate / one, number * BATCH * 1000.0 / MILLIS_PER_BATCH);
      }
    } finally {
      running.forEach(Running::close);
    }
  }

  private static void pacing(LocalCluster cluster, double seconds, Path out) throws Exception {
    List<String> rows = new ArrayList<>(List.of("samplers,seconds,outstanding,staleness"));
    for (int number : NUMBERS) {
      KafkaSettings kafka = deployment(cluster, "pacing-" + number);
      fill(kafka, 4_000);
      rows.addAll(paced(kafka, number, seconds));
    }
    Files.write(out, rows);
  }

  private static List<String> paced(KafkaSettings kafka, int number, double seconds)
      throws InterruptedException {
    List<String> rows = new ArrayList<>();
    List<Running> running = new ArrayList<>();
    long most = 0;
    try (Pairs pairs = new Pairs(kafka);
        SimulatedTraining training = new SimulatedTraining(kafka, RUN, PAIRS_PER_STEP)) {
      for (int i = 0; i < number; i++) {
        running.add(new Running(kafka, "s" + i, PAIRS_PER_STEP, 4));
      }
      while (pairs.count.get() == 0) {
        sleep(0.01);
      }
      long start = System.nanoTime();
      double judged = 0;
      for (double at = 0; at < seconds; at = (System.nanoTime() - start) / 1e9) {
        while (judged < at * JUDGED_PER_SECOND) {
          Optional<CompletionPair> next = pairs.next();
          if (next.isEmpty()) {
            break;
          }
          training.judge(next.get());
          judged++;
        }
        long outstanding = pairs.count.get() - training.trained();
        most = Math.max(most, outstanding);
        rows.add("%d,%.2f,%d,%.3f".formatted(number, at, outstanding, training.staleness()));
        sleep(0.1);
      }
      System.out.printf(
          "%d samplers: at most %d pairs outstanding of %d, %.2f versions old at the end, %.1f pairs/s judged%n",
          number, most, 4 * PAIRS_PER_STEP, training.staleness(), judged / seconds);
    } finally {
      running.forEach(Running::close);
    }
    return rows;
  }

  private static KafkaSettings deployment(LocalCluster cluster, String prefix) {
    KafkaSettings kafka =
        new KafkaSettings(
            cluster.bootstrapServers(), cluster.schemaRegistryUrl(), prefix + ".", Map.of());
    try (Admin admin = kafka.admin()) {
      kafka.topics().ensure(admin);
    }
    return kafka;
  }

  private static void fill(KafkaSettings kafka, int prompts) {
    RecordEncoder encoder = kafka.encoder();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.producer("prompts"), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < prompts; i++) {
        Prompt prompt = Prompt.newBuilder().setId("p" + i).setText("p" + i).build();
        producer.send(encoder.encode(kafka.topics().prompts(), prompt.getId(), prompt));
      }
    }
  }

  private static void sleep(double seconds) throws InterruptedException {
    Thread.sleep(Math.round(seconds * 1000));
  }

  /** A sampler in a thread. */
  private static final class Running implements AutoCloseable {
    private final SamplerService service;

    Running(KafkaSettings kafka, String name, int pairsPerStep, int outstandingBatches) {
      SettingsReader<Sampling> reader =
          new SettingsReader<>(new Sampling(SamplerConfig.defaults()));
      reader.set("sampler.batch_size=" + BATCH);
      reader.set("sampler.max_outstanding_batches=" + outstandingBatches);
      this.service =
          new SamplerService(
              new SamplerRun(RUN, pairsPerStep),
              name,
              reader.read().sampler(),
              kafka,
              new SlowEngine(MILLIS_PER_BATCH),
              InstantSource.system(),
              SamplerListener.none());
      new Thread(service::run, name).start();
    }

    @Override
    public void close() {
      service.close();
    }
  }

  private record Sampling(SamplerConfig sampler) {}

  /** Committed pairs, as a judge reads them. */
  private static final class Pairs implements AutoCloseable {
    private final AtomicLong count = new AtomicLong();
    private final Queue<CompletionPair> waiting = new ConcurrentLinkedQueue<>();
    private final RecordDecoder<CompletionPair> decoder;
    private final TopicTail tail;

    Pairs(KafkaSettings kafka) {
      this.decoder = kafka.decoder(kafka.topics().completionPairs());
      this.tail =
          new TopicTail(
              kafka,
              "benchmark-pairs",
              Map.of(
                  kafka.topics().completionPairs(),
                  record -> {
                    waiting.add(((Decoded.Value<CompletionPair>) decoder.decode(record)).value());
                    count.incrementAndGet();
                  }),
              () -> {});
      tail.start();
    }

    Optional<CompletionPair> next() {
      return Optional.ofNullable(waiting.poll());
    }

    @Override
    public void close() {
      tail.close();
    }
  }
}
