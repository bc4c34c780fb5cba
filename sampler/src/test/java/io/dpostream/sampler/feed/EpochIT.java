package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.sampler.Bench;
import io.dpostream.sampler.SamplerProcess;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.testing.SharedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class EpochIT {
  private static final int PROMPTS = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path dir;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  /**
   * A feeder and a sampler are killed in the middle of the first epoch, while another of each goes
   * on. In each epoch every prompt is sampled from as often as its weight says: once, or twice.
   */
  @Test
  void shouldFinishEachPromptExactlyOnceAnEpochOverCrashesAndRebalances() throws Exception {
    Map<String, Integer> expected = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      boolean twice = i % 4 == 0;
      String tags = twice ? "[\"double\"]" : "[]";
      lines.add("{\"id\": \"p%d\", \"prompt\": \"p%d\", \"tags\": %s}".formatted(i, i, tags));
      expected.put("p" + i + " 0", twice ? 2 : 1);
      expected.put("p" + i + " 1", twice ? 2 : 1);
    }
    Path file = Files.write(dir.resolve("prompts.jsonl"), lines);
    int all = expected.values().stream().mapToInt(Integer::intValue).sum();
    try (Bench bench = new Bench(SharedBroker.deployment("epoch"), 8)) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      Process sampler = sampler(bench, "a");
      sampler(bench, "b");
      Process feeder = feeder(bench, file);
      await().atMost(PATIENCE).until(() -> bench.lastPair().isPresent());
      feeder(bench, file);
      feeder.destroyForcibly().waitFor();
      sampler.destroyForcibly().waitFor();

      await().atMost(PATIENCE).until(() -> bench.pairs().size() >= all);
      Map<String, Integer> finished = new TreeMap<>();
      for (CompletionPair pair : bench.pairs()) {
        String which = pair.getPrompt().getId() + " " + pair.getPrompt().getEpoch();
        finished.merge(which, 1, Integer::sum);
      }
      assertThat(finished).isEqualTo(expected);
    }
  }

  private Process sampler(Bench bench, String name) {
    Process process = SamplerProcess.start(bench.kafka(), dir.resolve(name), name, 15, 100_000);
    processes.add(process);
    return process;
  }

  private Process feeder(Bench bench, Path file) {
    Process process = FeederProcess.start(bench.kafka(), dir.resolve("feeder"), file);
    processes.add(process);
    return process;
  }
}
