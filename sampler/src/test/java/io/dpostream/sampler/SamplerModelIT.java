package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.versions.ModelPolicy;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.VersionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplerModelIT {
  private static final EngineOptions ENGINE = new EngineOptions("cpu", "float32", 1);
  private static final SamplerConfig CONFIG =
      Configs.of("seed=5", "max_new_tokens=12", "batch_size=4");

  @TempDir private Path dir;

  /**
   * Versions 0 and 4 are good; 1 has one bit turned, 2 is cut short, 3 is not there. Every token's
   * recorded log-probability must be that of the version which the pair names, so no completion was
   * written by two.
   */
  @Test
  void shouldWriteEachCompletionWithTheVersionItNamesAndRefuseDamagedOnes() throws Exception {
    Map<Long, LanguageModel> models = new HashMap<>();
    for (long version : new long[] {0, 1, 2, 4}) {
      CheckpointFolder folder = TinyModel.write(dir.resolve("v" + version), version);
      models.put(version, LanguageModel.load(folder, ENGINE));
    }
    damage();
    try (Bench bench = new Bench("model")) {
      bench.prompts(200);
      publish(bench, models, 0);
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), CONFIG, 1000, ModelPolicy.loader(CONFIG))) {
        await().until(() -> bench.lastPair().isPresent());
        publish(bench, models, 1);
        publish(bench, models, 2);
        bench.publish(3, dir.resolve("v3").toString(), "none", VersionStatus.PUBLISHED);
        await().until(() -> refusals(sampler).size() == 3);
        publish(bench, models, 4);
        await().until(() -> sampler.events().contains("loaded 4"));
        bench.prompts(100);
        await().until(() -> bench.pairs().size() == 300);

        assertThat(refusals(sampler)).allMatch(line -> !line.contains("\n"));
        assertThat(refusals(sampler).get(0)).contains("SHA-256").contains(models.get(1L).sha256());
        assertThat(refusals(sampler).get(2)).contains("no such folder");
      }
      List<CompletionPair> pairs = bench.pairs();
      assertThat(pairs).extracting(CompletionPair::getPolicyVersion).isSorted().contains(0L, 4L);
      assertThat(pairs).extracting(CompletionPair::getPromptOffset).doesNotHaveDuplicates();
      for (CompletionPair pair : pairs) {
        LanguageModel named = models.get(pair.getPolicyVersion());
        assertThat(pair.getPolicySha256()).isEqualTo(named.sha256());
        assertScoredBy(named, pair);
      }
      CompletionPair first = pairs.get(0);
      assertThat(score(models.get(4L), first, first.getFirst()))
          .as("another version scores the same tokens differently")
          .isNotEqualTo(score(models.get(0L), first, first.getFirst()));
    } finally {
      models.values().forEach(LanguageModel::close);
    }
  }

  private void damage() throws IOException {
    Path turned = dir.resolve("v1/model.safetensors");
    byte[] bytes = Files.readAllBytes(turned);
    bytes[bytes.length - 1] ^= 1;
    Files.write(turned, bytes);
    Path cut = dir.resolve("v2/model.safetensors");
    byte[] whole = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(whole, whole.length - 100));
  }

  private void publish(Bench bench, Map<Long, LanguageModel> models, long version) {
    String uri = dir.resolve("v" + version).toUri().toString();
    bench.publish(version, uri, models.get(version).sha256(), VersionStatus.PUBLISHED);
  }

  private static List<String> refusals(RunningSampler sampler) {
    return sampler.events().stream().filter(e -> e.startsWith("refused")).toList();
  }

  private static void assertScoredBy(LanguageModel model, CompletionPair pair) {
    for (Completion completion : List.of(pair.getFirst(), pair.getSecond())) {
      float[] scored = score(model, pair, completion);
      assertThat(scored).hasSameSizeAs(completion.getTokenIds());
      for (int i = 0; i < scored.length; i++) {
        assertThat(completion.getLogprobs().get(i)).isCloseTo(scored[i], within(1e-4f));
      }
      boolean stopped = completion.getFinishReason() == FinishReason.STOP;
      assertThat(completion.getTokenIds().contains(0)).isEqualTo(stopped);
      assertThat(completion.getText()).hasSize(scored.length - (stopped ? 1 : 0));
    }
  }

  private static float[] score(LanguageModel model, CompletionPair pair, Completion completion) {
    TokenSequence sequence =
        new TokenSequence(ids(pair.getPromptTokenIds()), ids(completion.getTokenIds()));
    return model.logprobs(List.of(sequence))[0];
  }

  private static int[] ids(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
