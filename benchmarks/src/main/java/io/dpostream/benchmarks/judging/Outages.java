package io.dpostream.benchmarks.judging;

import io.dpostream.broker.LocalCluster;
import io.dpostream.broker.Ports;
import io.dpostream.kafka.KafkaSettings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends pairs at a steady rate to a process with a language-model judge and, for five in a hundred,
 * a page with a simulated annotator, through three outages: the endpoint is down for a minute, then
 * the process is killed and restarted, then the broker. Prints the outcomes every ten seconds and
 * at the end, and what the page showed.
 */
public final class Outages {
  private static final int PAIRS_A_SECOND = 10;
  private static final int ANSWER_MS = 500;
  private static final int LAST_SECOND = 240;
  private static final String TOKEN = "ann-0123456789abc";

  private final Path folder;
  private final LocalCluster cluster;
  private final KafkaSettings kafka;
  private final int pagePort = Ports.free().registry();
  private final long start = System.nanoTime();

  private Outages(Path folder, LocalCluster cluster) {
    this.folder = folder;
    this.cluster = cluster;
    this.kafka = cluster.settings();
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("outages");
    try (LocalCluster cluster = LocalCluster.start(folder.resolve("cluster"))) {
      new Outages(folder, cluster).watch();
    }
  }

  private void watch() throws Exception {
    try (Admin admin = kafka.admin()) {
      kafka.topics().ensure(admin);
    }
    SlowModelServer model = SlowModelServer.start(0, ANSWER_MS);
    int port = model.port();
    Process judge = judge(port);
    try (OutcomeCounter outcomes = new OutcomeCounter(kafka);
        SimulatedAnnotator annotator =
            new SimulatedAnnotator(
                "http://127.0.0.1:" + pagePort, TOKEN, folder, text -> say(now(), text));
        TransactionalSender sender = new TransactionalSender(kafka, "outages")) {
      sender.send(SyntheticPairs.records(kafka, 1), 1000);
      outcomes.await(1); // the judge has started
      int sent = 1;
      long begun = now();
      for (int second = 0; second < LAST_SECOND; second++) {
        switch (second) {
          case 20 -> {
            say(now(), "the endpoint dies");
            model.close();
          }
          case 80 -> {
            say(now(), "the endpoint is back");
            model = SlowModelServer.start(port, ANSWER_MS);
          }
          case 130 -> {
            say(now(), "the judge is killed and started again");
            judge.destroyForcibly().waitFor();
            judge = judge(port);
          }
          case 180 -> {
            say(now(), "the broker is killed");
            cluster.killBroker();
          }
          case 185 -> {
            say(now(), "the broker is back");
            cluster.restartBroker();
          }
          default -> {}
        }
        if (second < 180 || second > 190) { // how long the sender itself can wait is not under test
          List<ProducerRecord<byte[], byte[]>> pairs =
              SyntheticPairs.records(kafka, PAIRS_A_SECOND);
          sender.send(pairs, 1000);
          sent += pairs.size();
        }
        if (second % 10 == 9) {
          say(now(), sent + " pairs sent, " + outcomes + ", " + annotator);
        }
        long wait = start + (begun + second + 1) * 1_000_000_000L - System.nanoTime();
        Thread.sleep(Math.max(0, wait / 1_000_000));
      }
      outcomes.await(sent);
      say(now(), sent + " pairs sent, " + outcomes + ", " + annotator);
      say(now(), "screenshots of the page in " + folder);
    } finally {
      judge.destroyForcibly();
      model.close();
    }
  }

  private long now() {
    return (System.nanoTime() - start) / 1_000_000_000L;
  }

  private static void say(long second, String what) {
    System.out.printf(Locale.ROOT, "%4d s  %s%n", second, what);
  }

  /** {@code dpo judge}, which runs the judge and the assembler. */
  private Process judge(int port) throws IOException {
    Path annotators = Files.writeString(folder.resolve("annotators"), "ann: %s%n".formatted(TOKEN));
    Path config =
        Files.writeString(
            folder.resolve("judge.yaml"),
            """
            judge:
              judges:
                - id: llm
                  type: llm
                  share: 0.95
                  delivery: share_group
                  concurrency: 32
                  max_concurrency: 32
                  model: slow
                  api_key_env: ''
                  base_url: 'http://127.0.0.1:%d/v1'
                - id: people
                  type: human
                  share_from: 0.95
                  share: 0.05
                  port: %d
                  annotators: '%s'
            assembler:
              state_dir: '%s'
            """
                .formatted(port, pagePort, annotators, folder.resolve("state")));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "io.dpostream.pipeline.cli.Main",
            "judge",
            "--bootstrap-server",
            kafka.bootstrapServers(),
            "--schema-registry",
            kafka.schemaRegistryUrl(),
            "--config",
            config.toString());
    builder.environment().putAll(Map.of("DJL_OFFLINE", "true", "OPT_OUT_TRACKING", "true"));
    File log = folder.resolve("judge.log").toFile();
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }
}
