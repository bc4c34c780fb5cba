package io.dpostream.pipeline.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.cli.Dpo;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.tinymodel.vllm.Fault;
import io.dpostream.tinymodel.vllm.Flags;
import io.dpostream.tinymodel.vllm.VllmStandIn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quickstart's loop, with completions that vLLM writes. */
class VllmLoopIT {
  private static final int STEPS = 6;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"weights", "adapter"})
  void shouldLearnFromCompletionsThatNameTheirVersion(String sync) throws Exception {
    Path model = TinyModel.install(folder.resolve("served")).model();
    try (VllmStandIn first = new VllmStandIn(model, Flags.documented());
        VllmStandIn second = new VllmStandIn(model, Flags.documented())) {
      CompletableFuture<Void> faults = CompletableFuture.runAsync(() -> disturb(first));
      assertLearns(sync, first.address() + ", " + second.address());
      assertThat(first.completions()).hasSizeGreaterThan(STEPS);
      assertThat(second.completions()).hasSizeGreaterThan(STEPS);
      assertThat(faults).isCompleted();
    }
  }

  /** In the middle of the run: a server that fails at its first calls is left out for a while. */
  private static void disturb(VllmStandIn server) {
    await().atMost(Duration.ofMinutes(2)).until(() -> server.completions().size() > STEPS);
    server.misbehave(Fault.ABORT, Fault.OTHER_MODEL, Fault.NONSENSE);
  }

  /**
   * Against vLLM itself: {@code -Ddpo.test.vllm=http://…} names a server, {@code
   * -Ddpo.test.vllm.model=FOLDER} the model that it was started with, {@code
   * -Ddpo.test.vllm.sync=…} the way. docs/sampling.md says how to start it.
   */
  @Test
  void shouldLearnFromVllmItself() throws Exception {
    String server = System.getProperty("dpo.test.vllm", "");
    assumeFalse(server.isEmpty(), "needs -Ddpo.test.vllm, the address of a vLLM server");
    assertLearns(
        System.getProperty("dpo.test.vllm.sync", "adapter"),
        server,
        "run.model=" + System.getProperty("dpo.test.vllm.model"));
  }

  private void assertLearns(String sync, String servers, String... more) throws Exception {
    Path run = folder.resolve("run");
    List<String> args =
        new ArrayList<>(List.of("quickstart", "--dir", run.toString(), "--steps", "" + STEPS));
    List<String> settings =
        new ArrayList<>(
            List.of(
                "sampler.engine=vllm",
                "sampler.vllm.base_urls=[" + servers + "]",
                "sampler.vllm.sync=" + sync,
                "sampler.vllm.tolerance=0.001",
                "sampler.batch_size=16",
                "trainer.lora_r=" + (sync.equals("adapter") ? 8 : 0),
                "trainer.learning_rate=0.01",
                "trainer.per_device_train_batch_size=8",
                "evaluation.min_decided=20"));
    settings.addAll(List.of(more));
    settings.forEach(setting -> args.addAll(List.of("--set", setting)));

    Dpo result = Dpo.run(args.toArray(String[]::new));

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    JsonNode report = Reports.in(run);
    assertThat(report.get("steps").asLong()).isEqualTo(STEPS);
    assertThat(report.get("pairs_sampled").asLong()).isEqualTo(Reports.outcomes(report));
    assertScored(run);
    Dpo replay = Dpo.run("replay", "--dir", run.toString());
    assertThat(Reports.json(replay.lastLine()).get("identical").asBoolean()).isTrue();
  }

  /** Every token's log-probability is that of the version which its pair names. */
  private static void assertScored(Path run) {
    RunFolder folder = new RunFolder(run);
    Settings settings = Settings.reader().file(folder.settings()).read();
    Map<Long, LanguageModel> models = new TreeMap<>();
    List<CompletionPair> pairs = new ArrayList<>();
    try (KafkaAccess kafka = KafkaAccess.open(settings, folder)) {
      TopicScan scan = new TopicScan(kafka.settings());
      scan.read(
          kafka.settings().topics().policyVersions(),
          at -> models.put(at.value().getVersion(), load(at.value())));
      scan.read(kafka.settings().topics().completionPairs(), at -> pairs.add(at.value()));
    }
    assertThat(pairs).isNotEmpty();
    assertThat(pairs.stream().map(CompletionPair::getPolicyVersion).distinct().count())
        .isGreaterThan(1);
    double toFirst = 0; // of what later versions wrote
    for (CompletionPair pair : pairs) {
      LanguageModel named = models.get(pair.getPolicyVersion());
      assertThat(pair.getPolicySha256()).isEqualTo(named.sha256());
      assertThat(distance(named, pair)).isLessThan(1e-3);
      toFirst = Math.max(toFirst, distance(models.get(0L), pair));
    }
    assertThat(toFirst).isGreaterThan(0.01);
    models.values().forEach(LanguageModel::close);
  }

  private static LanguageModel load(PolicyVersion version) {
    return LanguageModel.load(
        CheckpointFolder.open(Path.of(version.getUri())), new EngineOptions("cpu", "float32", 1));
  }

  private static double distance(LanguageModel model, CompletionPair pair) {
    double largest = 0;
    for (Completion completion : List.of(pair.getFirst(), pair.getSecond())) {
      TokenSequence sequence =
          new TokenSequence(ids(pair.getPromptTokenIds()), ids(completion.getTokenIds()));
      float[] scored = model.logprobs(List.of(sequence))[0];
      for (int i = 0; i < scored.length; i++) {
        largest = Math.max(largest, Math.abs(scored[i] - completion.getLogprobs().get(i)));
      }
    }
    return largest;
  }

  private static int[] ids(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
