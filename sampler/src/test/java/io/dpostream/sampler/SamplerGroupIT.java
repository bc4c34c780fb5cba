package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.testing.SharedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Several samplers of one run, in processes of their own, while some of them die or are silent. */
@Execution(ExecutionMode.CONCURRENT)
class SamplerGroupIT {
  private static final int NO_BOUND = 100_000;
  private static final int MILLIS_PER_BATCH = 15;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path dir;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void shouldSampleEachPromptOnceWhenOneOfThreeIsKilled() throws Exception {
    int prompts = 300;
    try (Bench bench = bench("group-kill")) {
      Process first = start(bench, "a");
      start(bench, "b");
      start(bench, "c");
      await()
          .atMost(PATIENCE)
          .until(() -> hasPartitions("a") && hasPartitions("b") && hasPartitions("c"));
      bench.spreadPrompts("p", prompts);
      await().atMost(PATIENCE).until(() -> bench.lastPair().isPresent());
      first.destroyForcibly().waitFor();
      assertThat(bench.pairs().size()).as("pairs when one is killed").isLessThan(prompts);

      await().atMost(PATIENCE).until(() -> bench.pairs().size() >= prompts);
      assertSampledOnce(bench);
      assertThat(bench.pairs()).allSatisfy(SamplerGroupIT::assertDrawnAsByAnybody);
    }
  }

  /** A process that is stopped notices nothing, and goes on in the middle of what it did. */
  @Test
  void shouldWriteNothingMoreOnceItsPromptsWentToAnotherAndThenShareAgain() throws Exception {
    int prompts = 120;
    try (Bench bench = bench("group-stop")) {
      Process silent = start(bench, "a");
      await().atMost(PATIENCE).until(() -> hasPartitions("a"));
      bench.spreadPrompts("p", prompts);
      await().atMost(PATIENCE).until(() -> bench.lastPair().isPresent());
      signal(silent, "STOP");
      start(bench, "b");
      await().atMost(PATIENCE).until(() -> bench.pairs().size() >= prompts);

      signal(silent, "CONT");
      await().atMost(PATIENCE).until(() -> log("a").contains("was silent for too long"));
      await().atMost(PATIENCE).until(() -> count(log("a"), "sampler a has 4 of 8") > 0);
      bench.spreadPrompts("q", 40);
      await().atMost(PATIENCE).until(() -> bench.pairs().size() >= prompts + 40);
      assertSampledOnce(bench);
      assertThat(silent.isAlive()).isTrue();
    }
  }

  private static Bench bench(String prefix) {
    Bench bench = new Bench(SharedBroker.deployment(prefix), 8);
    bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
    return bench;
  }

  private Process start(Bench bench, String name) {
    Process process =
        SamplerProcess.start(bench.kafka(), dir.resolve(name), name, MILLIS_PER_BATCH, NO_BOUND);
    processes.add(process);
    return process;
  }

  private boolean hasPartitions(String name) throws IOException {
    return log(name).matches("(?s).*sampler " + name + " has [1-8] of 8.*");
  }

  private String log(String name) throws IOException {
    Path log = dir.resolve(name);
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  /** Each prompt record has one pair, whose prompt is the record's. */
  private static void assertSampledOnce(Bench bench) {
    Map<String, String> sampled = new TreeMap<>();
    for (CompletionPair pair : bench.pairs()) {
      String place = pair.getPromptPartition() + "-" + pair.getPromptOffset();
      assertThat(sampled.put(place, pair.getPrompt().getId()))
          .as("sampled twice: " + place)
          .isNull();
    }
    Map<String, String> prompts = new TreeMap<>();
    String topic = bench.kafka().topics().prompts().name();
    for (ConsumerRecord<byte[], byte[]> record : bench.records(topic)) {
      prompts.put(
          record.partition() + "-" + record.offset(),
          new String(record.key(), java.nio.charset.StandardCharsets.UTF_8));
    }
    assertThat(sampled).isEqualTo(prompts);
  }

  /** Whoever samples, the id and the draws are functions of the run, the prompt and the version. */
  private static void assertDrawnAsByAnybody(CompletionPair pair) {
    String id = PairId.of(Bench.RUN, pair.getPromptPartition(), pair.getPromptOffset(), 0, 0);
    assertThat(pair.getPairId()).isEqualTo(id);
    Prompt prompt = pair.getPrompt();
    FakePolicy policy = new FakePolicy("zero");
    int[] tokens = policy.encode(prompt);
    assertThat(List.of(pair.getFirst(), pair.getSecond()))
        .isEqualTo(
            policy.complete(
                List.of(
                    new GenerationRequest(tokens, DrawSeed.of(1, id, 0)),
                    new GenerationRequest(tokens, DrawSeed.of(1, id, 1)))));
  }
}
