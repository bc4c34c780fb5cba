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
 * Measures the pairs a second that the language-model judge handles when the model is slow, against
 * the ideal: comparisons in flight divided by the time of two answers, since both orders are asked.
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
    try (SlowModelServer model = SlowModelServer.start(0, answerMs);
        LocalCluster cluster = LocalCluster.start(folder.resolve("cluster"))) {
      KafkaSettings kafka = cluster.settings();
      try (Admin admin = kafka.admin()) {
        kafka.topics().ensure(admin);
      }
      String judge =
          "judge.judges=[{id: llm, type: llm, delivery: share_group, concurrency: %d,"
              + " max_concurrency: %d, model: slow, api_key_env: '', base_url: 'http://127.0.0.1:%d/v1'}]";
      List<String> settings = List.of(judge.formatted(inFlight, inFlight, model.port()));
      try (JudgingServices services =
              JudgingServices.start(kafka, folder.resolve("state"), settings);
          FirstSeenTimes outcomes = new FirstSeenTimes(kafka, kafka.topics().outcomes().name());
          TransactionalSender sender = new TransactionalSender(kafka, "benchmark")) {
        sender.send(SyntheticPairs.records(kafka, pairs), 100);
        outcomes.await(pairs);
        report(outcomes, inFlight, answerMs);
      }
    }
  }

  /** Reports the steady state: the outcomes between the first tenth and the last. */
  private static void report(FirstSeenTimes outcomes, int inFlight, int answerMs) {
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
