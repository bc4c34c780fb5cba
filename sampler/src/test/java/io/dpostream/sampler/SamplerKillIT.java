package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.VersionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class SamplerKillIT {
  private static final int PROMPTS = 1500;
  private static final int KILLS = 4;

  @TempDir private Path dir;

  /** Batches of two prompts, so that a kill is likely to hit an open transaction. */
  @Test
  void shouldSampleEachPromptExactlyOnceHoweverOftenItIsKilled() throws Exception {
    Path log = dir.resolve("sampler.log");
    Random random = new Random(7);
    try (Bench bench = new Bench("kill")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(PROMPTS);
      int killedWhileWorking = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        long before = lastSampled(bench);
        Process sampler = SamplerProcess.start(bench.kafka(), log);
        await().atMost(Duration.ofSeconds(120)).until(() -> lastSampled(bench) > before);
        Thread.sleep(random.nextInt(300)); // the random moment itself, not a wait for something
        sampler.destroyForcibly().waitFor();
        killedWhileWorking += lastSampled(bench) < PROMPTS - 1 ? 1 : 0;
      }
      assertThat(killedWhileWorking).as("kills before the last prompt").isGreaterThan(2);

      Process last = SamplerProcess.start(bench.kafka(), log);
      try {
        await().atMost(Duration.ofSeconds(120)).until(() -> lastSampled(bench) == PROMPTS - 1);
      } finally {
        last.destroyForcibly().waitFor();
      }
      // exactly one pair for each prompt offset, in the order of the prompts
      assertThat(bench.pairs())
          .extracting(CompletionPair::getPromptOffset)
          .containsExactlyElementsOf(LongStream.range(0, PROMPTS).boxed().toList());
      assertThat(bench.pairs())
          .allMatch(p -> p.getPairId().equals(PairId.of(Bench.RUN, 0, p.getPromptOffset(), 0, 0)));
    }
  }

  /** Offset of the last prompt with a committed pair, or -1. */
  private static long lastSampled(Bench bench) {
    return bench.lastPair().map(CompletionPair::getPromptOffset).orElse(-1L);
  }
}
