package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.testing.SharedBroker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class EngineLossIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void shouldLeaveItsPromptsToOthersWhileItsEngineIsGone() throws Exception {
    Engine first = new Engine();
    Engine second = new Engine();
    try (Bench bench = new Bench(SharedBroker.deployment("engine-loss"), 8)) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      try (RunningSampler a = start(bench, "a", first);
          RunningSampler b = start(bench, "b", second)) {
        bench.spreadPrompts("p", 60);
        sampled(bench, 60);
        first.gone = true;
        bench.spreadPrompts("q", 60);
        sampled(bench, 120);

        first.gone = false;
        int before = first.completed.get();
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  bench.spreadPrompts("r", 8);
                  return first.completed.get() > before;
                });
        assertThat(a.isRunning() && b.isRunning()).isTrue();
      }
      assertThat(bench.pairs()).extracting(CompletionPair::getPairId).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldKeepItsPromptsWhenNobodyElseCouldHaveThem() throws Exception {
    Engine engine = new Engine();
    try (Bench bench = new Bench(SharedBroker.deployment("engine-alone"), 8)) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      try (RunningSampler only = start(bench, "a", engine)) {
        bench.spreadPrompts("p", 10);
        sampled(bench, 10);
        engine.gone = true;
        bench.spreadPrompts("q", 10);
        await().during(Duration.ofSeconds(8)).atMost(PATIENCE).until(only::isRunning);
        assertThat(engine.checks).hasValue(1);

        engine.gone = false;
        sampled(bench, 20);
      }
    }
  }

  private static void sampled(Bench bench, int pairs) {
    await().atMost(PATIENCE).until(() -> bench.pairs().size() == pairs);
  }

  private static RunningSampler start(Bench bench, String name, Engine engine) {
    return new RunningSampler(
        bench.kafka(), name, SamplerProcess.CONFIG, new SamplerRun(Bench.RUN, 100_000), engine);
  }

  private static final class Engine implements SamplingEngine {
    private final AtomicInteger checks = new AtomicInteger();
    private final AtomicInteger completed = new AtomicInteger();
    private volatile boolean gone;

    @Override
    public void check() {
      checks.incrementAndGet();
      failWhenGone();
    }

    @Override
    public LoadedPolicy load(PolicyVersion version) {
      return new FakePolicy("zero") {
        @Override
        public List<Completion> complete(List<GenerationRequest> batch) {
          failWhenGone();
          completed.addAndGet(batch.size());
          return super.complete(batch);
        }
      };
    }

    private void failWhenGone() {
      if (gone) {
        throw new EngineUnavailableException("no server answers");
      }
    }
  }
}
