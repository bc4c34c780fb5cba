package io.dpostream.benchmarks.judging;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.admin.Admin;

/**
 * Pairs a second through the language-model judge when the model takes its time, against the ideal:
 * comparisons in flight divided by the time of two answers, for both orders are asked.
 *
 * <p>Arguments: pairs, comparisons in flight, milliseconds of one answer.
 */
public final class LlmBenchmark {
  private LlmBenchmark() {}

  public static void main(String[] args) throws Exception {
    int pairs = Integer.parseInt(args[0]);
    int inFlight = Integer.parseInt(args[1]);
    int answerMs = Integer.parseInt(args[2]);
    Path folder = Files.createTempDirectory("judging");
    try (SlowModel model = SlowModel.start(0, answerMs);
        LocalCluster cluster = LocalCluster.start(folder.resolve("cluster"))) {
      KafkaSettings kafka = cluster.settings();
      try (Admin admin = kafka.admin()) {
        kafka.topics().ensure(admin);
      }
      String judge =
          "judge.judges=[{id: llm, type: llm, delivery: share_group, concurrency: %d,"
              + " max_concurrency: %d, model: slow, api_key_env: '', base_url: 'http://127.0.0.1:%d/v1'}]";
      List<String> settings = List.of(judge.formatted(inFlight, inFlight, model.port()));
      try (Services services = Services.start(kafka, folder.resolve("state"), settings);
          Arrivals outcomes = new Arrivals(kafka, kafka.topics().outcomes().name());
          TransactionalSender sender = new TransactionalSender(kafka, "benchmark")) {
        sender.send(Pairs.records(kafka, pairs), 100);
        outcomes.await(pairs);
        report(outcomes, inFlight, answerMs);
      }
    }
  }

  /** The steady state: from the first tenth of the outcomes to the last but one tenth. */
  private static void report(Arrivals outcomes, int inFlight, int answerMs) {
    long[] times = outcomes.nanos().values().stream().mapToLong(Long::longValue).sorted().toArray();
    long[] steady = Arrays.copyOfRange(times, times.length / 10, times.length * 9 / 10);
    double rate = (steady.length - 1) * 1e9 / (steady[steady.length - 1] - steady[0]);
    double ideal = inFlight * 1000.0 / (2 * answerMs);
    System.out.printf(
        Locale.ROOT,
        "%d pairs, %d in flight, %d ms an answer: %.2f pairs/s, ideal %.2f, ratio %.3f%n",
        times.length,
        inFlight,
        answerMs,
        rate,
        ideal,
        rate / ideal);
  }
}
