package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.broker.LocalCluster;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.VersionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class SamplerOutageIT {
  private static final int PROMPTS = 400;

  @TempDir private Path dir;

  @Test
  void shouldGoOnAfterTheBrokerAndTheRegistryWereAway() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir);
        Bench bench = new Bench(cluster.settings())) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(PROMPTS);
      cluster.killRegistry(); // before the sampler has learned a single schema
      try (RunningSampler sampler =
          new RunningSampler(
              bench.kafka(),
              SamplerServiceIT.config(2, 1),
              100_000,
              folder -> new FakePolicy("zero"))) {
        await()
            .during(Duration.ofSeconds(2))
            .until(() -> sampler.isRunning() && sampler.pacing().sampled() == 0);
        cluster.restartRegistry();
        await().atMost(Duration.ofSeconds(60)).until(() -> sampler.pacing().sampled() > 20);

        cluster.killBroker();
        cluster.restartBroker();
        await().atMost(Duration.ofSeconds(120)).until(() -> sampler.pacing().sampled() == PROMPTS);
        assertThat(sampler.isRunning()).isTrue();
      }
      assertThat(bench.records(bench.kafka().topics().deadLetters())).isEmpty();
      assertThat(bench.pairs())
          .extracting(CompletionPair::getPromptOffset)
          .containsExactlyElementsOf(LongStream.range(0, PROMPTS).boxed().toList());
    }
  }
}
