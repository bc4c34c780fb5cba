package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.vllm.VllmEngine;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import io.dpostream.tinymodel.vllm.Fault;
import io.dpostream.tinymodel.vllm.Flags;
import io.dpostream.tinymodel.vllm.VllmStandIn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VllmSamplerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir private Path dir;

  /** Whatever the servers do, each prompt has one pair, and its version wrote every token of it. */
  @Test
  void shouldSampleEachPromptOnceWithTheNamedVersionWhileServersFailAndRestart() throws Exception {
    Map<Long, LanguageModel> models = new HashMap<>();
    for (long version = 0; version < 3; version++) {
      CheckpointFolder folder = TinyModel.write(dir.resolve("v" + version), version);
      models.put(version, LanguageModel.load(folder, new EngineOptions("cpu", "float32", 1)));
    }
    try (Bench bench = new Bench("vllm");
        VllmStandIn first = new VllmStandIn(dir.resolve("v0"), Flags.documented());
        VllmStandIn second = new VllmStandIn(dir.resolve("v0"), Flags.documented())) {
      SamplerConfig config = config(first.address() + ", " + second.address());
      bench.prompts(120);
      publish(bench, models, 0);
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), config, 100_000, VllmEngine.of(config, 0, Map.of()))) {
        await().atMost(PATIENCE).until(() -> sampler.pacing().sampled() >= 20);
        first.misbehave(Fault.ABORT, Fault.OTHER_LABEL, Fault.FAIL, Fault.NONSENSE, Fault.RESTART);
        second.misbehave(Fault.HANG_UP, Fault.PAGE, Fault.OTHER_MODEL);
        publish(bench, models, 1);
        await().atMost(PATIENCE).until(() -> sampler.events().contains("loaded 1"));
        await().atMost(PATIENCE).until(() -> sampler.pacing().sampled() >= 60);
        first.stop();
        second.stop();
        long before = sampler.pacing().sampled();
        await().during(Duration.ofSeconds(1)).until(sampler::isRunning);
        assertThat(sampler.pacing().sampled()).isLessThanOrEqualTo(before + config.batchSize());
        second.restart();
        first.restart();
        publish(bench, models, 2);
        await().atMost(PATIENCE).until(() -> sampler.events().contains("loaded 2"));
        bench.prompts(10);
        await().atMost(PATIENCE).until(() -> sampler.pacing().sampled() == 130);
      }
      List<CompletionPair> pairs = bench.pairs();
      assertThat(pairs)
          .extracting(CompletionPair::getPromptOffset)
          .containsExactlyElementsOf(LongStream.range(0, 130).boxed().toList());
      assertThat(pairs).extracting(CompletionPair::getPolicyVersion).contains(0L, 1L, 2L);
      pairs.forEach(pair -> assertScored(models, pair));
      assertThat(bench.records(bench.kafka().topics().deadLetters())).isEmpty();
    } finally {
      models.values().forEach(LanguageModel::close);
    }
  }

  @Test
  void shouldStopAtTheStartWhenAServerLacksAFlag() throws Exception {
    TinyModel.write(dir.resolve("v0"), 0);
    Flags flags = new Flags(false, false, 0, 0, "raw_logprobs", Optional.empty(), "0.33.0");
    try (Bench bench = new Bench("vllm-flags");
        VllmStandIn server = new VllmStandIn(dir.resolve("v0"), flags)) {
      SamplerConfig config = config(server.address());
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), config, 1000, VllmEngine.of(config, 0, Map.of()))) {
        await().atMost(PATIENCE).until(() -> !sampler.isRunning());
        assertThat(sampler.failure()).get().isInstanceOf(UserException.class);
        assertThat(sampler.failure().orElseThrow())
            .hasMessageContaining("VLLM_SERVER_DEV_MODE=1")
            .hasMessageStartingWith("sampler.vllm.sync: ");
      }
    }
  }

  private static SamplerConfig config(String urls) {
    return Configs.of(
        "seed=5",
        "max_new_tokens=12",
        "batch_size=4",
        "engine=vllm",
        "vllm.base_urls=[" + urls + "]",
        "vllm.max_attempts=3",
        "vllm.retry_backoff_ms=20");
  }

  private void publish(Bench bench, Map<Long, LanguageModel> models, long version) {
    String uri = dir.resolve("v" + version).toUri().toString();
    bench.publish(version, uri, models.get(version).sha256(), VersionStatus.PUBLISHED);
  }

  private static void assertScored(Map<Long, LanguageModel> models, CompletionPair pair) {
    LanguageModel model = models.get(pair.getPolicyVersion());
    assertThat(pair.getPolicySha256()).isEqualTo(model.sha256());
    for (Completion completion : List.of(pair.getFirst(), pair.getSecond())) {
      TokenSequence sequence =
          new TokenSequence(ids(pair.getPromptTokenIds()), ids(completion.getTokenIds()));
      float[] scored = model.logprobs(List.of(sequence))[0];
      for (int i = 0; i < scored.length; i++) {
        assertThat(Math.abs(completion.getLogprobs().get(i) - scored[i])).isLessThan(1e-4f);
      }
    }
  }

  private static int[] ids(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
