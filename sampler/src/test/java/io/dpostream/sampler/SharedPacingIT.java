package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.testing.SharedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class SharedPacingIT {
  private static final int PAIRS_PER_STEP = 6;
  private static final int BOUND = 2 * PAIRS_PER_STEP;
  private static final int STEPS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path dir;

  /**
   * Samplers of different speeds write as fast as they may; one of them is killed. At no time are
   * there more pairs that no step has used than one sampler alone would be allowed, and the run
   * never stands still.
   */
  @Test
  void shouldKeepAllSamplersTogetherWithinTheBoundWhileOneDies() throws Exception {
    try (Bench bench = new Bench(SharedBroker.deployment("shared-pace"), 8);
        RunningSampler first = start(bench, "a", 0);
        RunningSampler second = start(bench, "b", 30)) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      Path log = dir.resolve("log");
      Process third = SamplerProcess.start(bench.kafka(), log, "c", 10, PAIRS_PER_STEP);
      try {
        bench.spreadPrompts("p", 4 * STEPS * PAIRS_PER_STEP);
        assertBound(bench, third);
      } finally {
        third.destroyForcibly();
      }
      assertThat(first.isRunning() && second.isRunning()).isTrue();
      assertThat(bench.pairs()).extracting(CompletionPair::getPairId).doesNotHaveDuplicates();
    }
  }

  private static void assertBound(Bench bench, Process dying) throws Exception {
    BenchTrainer trainer = new BenchTrainer(bench, PAIRS_PER_STEP);
    Random random = new Random(3);
    int judged = 0;
    for (int step = 1; step <= STEPS; step++) {
      while (judged < step * PAIRS_PER_STEP) {
        int done = judged;
        await()
            .atMost(PATIENCE)
            .until(() -> outstanding(bench, trainer) > done - trainer.trained());
        List<CompletionPair> pairs = bench.pairs();
        int some = Math.min(pairs.size() - judged, 1 + random.nextInt(PAIRS_PER_STEP));
        trainer.judge(pairs.subList(judged, judged + some));
        judged += some;
        outstanding(bench, trainer);
      }
      if (step == STEPS / 3) {
        dying.destroyForcibly().waitFor();
      }
      trainer.step();
      outstanding(bench, trainer);
    }
  }

  /** Counts, and checks; only this thread judges and trains, so nothing is counted too late. */
  private static long outstanding(Bench bench, BenchTrainer trainer) {
    long outstanding = bench.pairs().size() - trainer.trained();
    assertThat(outstanding).isBetween(0L, (long) BOUND);
    return outstanding;
  }

  private static RunningSampler start(Bench bench, String name, int millisPerBatch) {
    return new RunningSampler(
        bench.kafka(),
        name,
        SamplerProcess.CONFIG,
        new SamplerRun(Bench.RUN, PAIRS_PER_STEP),
        version -> new SlowPolicy("zero", millisPerBatch));
  }
}
