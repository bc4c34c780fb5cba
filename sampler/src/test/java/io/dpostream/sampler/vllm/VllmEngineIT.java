package io.dpostream.sampler.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.Configs;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.TinyModel;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.RequestRefusedException;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import io.dpostream.tinymodel.vllm.Fault;
import io.dpostream.tinymodel.vllm.Flags;
import io.dpostream.tinymodel.vllm.VllmStandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VllmEngineIT {
  private static final int RANK = 8;
  private static final List<GenerationRequest> BATCH = batch();

  @TempDir private Path dir;
  private Versions versions;
  private final List<VllmStandIn> servers = new ArrayList<>();

  @BeforeEach
  void writeBase() {
    versions = new Versions(dir);
    versions.full(0);
  }

  @AfterEach
  void stopServers() {
    servers.forEach(VllmStandIn::close);
  }

  @Test
  void shouldWriteWithTheWeightsOfEachVersion() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    engine.check();

    for (long version = 0; version < 3; version++) {
      try (LoadedPolicy policy = engine.load(versions.full(version))) {
        assertWrittenBy(version, policy.complete(BATCH));
        assertThat(policy.sha256()).isEqualTo(versions.full(version).getSha256());
      }
    }
    // before any reload, a paused server; after it, a cache without the former weights' values
    assertThat(server.requests().stream().filter(r -> !r.endsWith("/v1/completions")))
        .containsSubsequence(
            "POST /pause?mode=wait",
            "POST /collective_rpc",
            "POST /reset_prefix_cache",
            "POST /update_weight_version",
            "POST /resume");
  }

  @Test
  void shouldWriteWithTheAdapterOfEachVersionAndTakeTheFormerAway() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("adapter");
    engine.check();

    Set<String> names = new HashSet<>();
    for (long version = 0; version < 4; version++) {
      PolicyVersion published = version == 0 ? versions.full(0) : versions.adapted(version, RANK);
      try (LoadedPolicy policy = engine.load(published)) {
        assertWrittenBy(version, policy.complete(BATCH));
        names.addAll(server.adapters());
      }
      assertThat(server.adapters()).isEmpty();
    }
    // the same version once more: its name was used, and caches know what it stood for
    engine.load(versions.adapted(3, RANK)).close();
    LoadedPolicy again = engine.load(versions.adapted(3, RANK));
    assertThat(names).hasSize(3).doesNotContainAnyElementsOf(server.adapters());
    again.close();
  }

  @Test
  void shouldLeaveNothingOfTheDistributionToDefaults() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("weights").load(versions.full(0));
    policy.complete(BATCH);

    List<JsonNode> asked = server.completions().subList(1, 1 + BATCH.size()); // 0 is a probe
    Set<Long> seeds = new HashSet<>();
    for (JsonNode body : asked) {
      assertThat(body.path("temperature").asDouble(-1)).isEqualTo(1);
      assertThat(body.path("top_p").asDouble(-1)).isEqualTo(1);
      assertThat(body.path("top_k").asInt(-1)).isZero();
      assertThat(body.path("min_p").asDouble(-1)).isZero();
      assertThat(body.path("repetition_penalty").asDouble(-1)).isEqualTo(1);
      assertThat(body.path("presence_penalty").asDouble(-1)).isZero();
      assertThat(body.path("frequency_penalty").asDouble(-1)).isZero();
      assertThat(body.path("logprobs").asInt(-1)).isZero();
      assertThat(body.path("stop_token_ids")).hasSize(1);
      assertThat(body.path("max_tokens").asInt()).isEqualTo(12);
      assertThat(body.path("seed").asLong(-1)).isNotNegative();
      seeds.add(body.path("seed").asLong());
    }
    assertThat(seeds).hasSize(BATCH.size());
    policy.close();
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"HANG", "REFUSE"})
  void shouldTakeNoSampleFromAnAnswerThatIsNone(Fault fault) {
    VllmStandIn server = start(Flags.documented());
    for (String sync : List.of("weights", "adapter")) {
      boolean label = fault == Fault.OTHER_LABEL || fault == Fault.NO_LABEL;
      if (label && sync.equals("adapter")) {
        continue; // an adapter's name says which weights wrote
      }
      LoadedPolicy policy = engine(sync, "vllm.max_attempts=12").load(versions.adapted(1, RANK));
      List<Completion> undisturbed = policy.complete(BATCH);
      server.misbehave(fault, fault);

      assertThat(policy.complete(BATCH)).isEqualTo(undisturbed);
      policy.close();
    }
  }

  @Test
  void shouldGiveUpACallThatTakesTooLong() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("weights", "vllm.timeout_ms=2000").load(versions.full(1));
    List<Completion> undisturbed = policy.complete(BATCH);
    server.misbehave(Fault.HANG);

    assertThat(policy.complete(BATCH)).isEqualTo(undisturbed);
    policy.close();
  }

  @Test
  void shouldAskOnlyForTheRestOfABatchThatIsTriedAgain() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("weights", "vllm.timeout_ms=2000").load(versions.full(1));
    List<Completion> undisturbed = policy.complete(BATCH);
    server.hangAt(4);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> policy.complete(BATCH))
        .withMessageEndingWith(
            "gave no answer within 2000 ms and writes otherwise; raise sampler.vllm.timeout_ms");

    server.hangAt(-1);
    int before = server.completions().size();
    assertThat(policy.complete(BATCH)).isEqualTo(undisturbed);
    assertThat(server.completions()).hasSize(before + 2); // a pair
    assertThat(policy.complete(BATCH)).isEqualTo(undisturbed);
    assertThat(server.completions()).hasSize(before + 2 + BATCH.size());
    policy.close();
  }

  @Test
  void shouldWaitForAnOtherwiseUselessServerAndSayWhy() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("weights").load(versions.full(1));
    Fault[] forEver = new Fault[100];
    Arrays.fill(forEver, Fault.ABORT);
    server.misbehave(forEver);

    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> policy.complete(BATCH))
        .withMessage(
            server.address() + "/v1/completions ended a completion for the reason 'abort'");
    policy.close();
  }

  @ParameterizedTest
  @CsvSource({"weights", "adapter"})
  void shouldBringTheVersionAgainToAServerThatWasStartedAnew(String sync) {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine(sync).load(versions.adapted(2, RANK));
    server.restart();

    assertWrittenBy(2, policy.complete(BATCH));
    policy.close();
  }

  @ParameterizedTest
  @CsvSource({"weights", "adapter"})
  void shouldAskEveryReplicaAndDoWithoutOneThatIsGone(String sync) {
    VllmStandIn first = start(Flags.documented());
    VllmStandIn second = start(Flags.documented().ofRelease("0.32.0"));
    VllmEngine engine = engine(sync);
    second.stop();
    engine.check();
    second.restart();
    LoadedPolicy policy = engine.load(versions.adapted(1, RANK));
    List<Completion> both = policy.complete(BATCH);
    assertWrittenBy(1, both);
    assertThat(first.completions()).hasSizeGreaterThan(1);
    assertThat(second.completions()).hasSizeGreaterThan(1);

    second.stop();
    assertThat(policy.complete(BATCH)).isEqualTo(both);
    LoadedPolicy next = engine.load(versions.adapted(2, RANK));
    assertWrittenBy(2, next.complete(BATCH));
    second.restart();
    int before = second.completions().size();
    for (int i = 0; i < 100 && second.completions().size() < before + 2; i++) {
      assertWrittenBy(2, next.complete(BATCH)); // it rests a little before it is asked again
    }
    assertThat(second.completions()).hasSizeGreaterThan(before + 1);
    policy.close();
    next.close();
  }

  @Test
  void shouldWriteWithTheRightWeightsThoughAdaptersLeaveTheServer() {
    VllmStandIn server = start(Flags.documented().withLoras(2, 16));
    VllmEngine engine = engine("adapter");
    List<LoadedPolicy> policies = new ArrayList<>();
    for (long version = 1; version <= 4; version++) {
      policies.add(engine.load(versions.adapted(version, RANK)));
    }

    for (int round = 0; round < 2; round++) {
      for (int version = 1; version <= 4; version++) {
        assertWrittenBy(version, policies.get(version - 1).complete(BATCH));
      }
    }
    assertThat(server.evictions()).isGreaterThan(4);
    policies.forEach(LoadedPolicy::close);
  }

  @Test
  void shouldWriteNoMoreWithAVersionThatWasReplaced() {
    start(Flags.documented());
    VllmEngine engine = engine("weights");
    LoadedPolicy former = engine.load(versions.full(1));
    LoadedPolicy newer = engine.load(versions.full(2));

    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> former.complete(BATCH));
    assertWrittenBy(2, newer.complete(BATCH));
    newer.close();
    former.close();
  }

  @Test
  void shouldNotWriteFromACacheThatOtherWeightsFilled() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    LoadedPolicy former = engine.load(versions.full(1));
    assertWrittenBy(1, former.complete(BATCH));
    server.failResets(3);
    assertWrittenBy(2, engine.load(versions.full(2)).complete(BATCH));
    assertThat(server.requests()).filteredOn("POST /reset_prefix_cache"::equals).hasSize(5);

    server.failResets(5);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine.load(versions.full(3)))
        .withMessageContaining("/reset_prefix_cache");
    assertWrittenBy(3, engine.load(versions.full(3)).complete(BATCH));
  }

  @Test
  void shouldGoOnWithTheFormerVersionWhenANewOneCannotBeBrought() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    LoadedPolicy former = engine.load(versions.full(1));
    server.failResets(5);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine.load(versions.full(2)));

    // half brought, the server holds the new weights: they have to give way again
    assertWrittenBy(1, former.complete(BATCH));
    former.close();
  }

  @Test
  void shouldBringAVersionLaterToTheOnlyServerThatFailsNow() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    server.failPauses(1);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine.load(versions.full(1)))
        .withMessageContaining("Failed to pause generation");
    assertWrittenBy(1, engine.load(versions.full(1)).complete(BATCH));
  }

  @Test
  void shouldWriteOnTheOtherServersWhileOneFailsOrWritesWithOtherWeights() {
    VllmStandIn failing = start(Flags.documented());
    VllmStandIn ignoring = start(Flags.documented());
    start(Flags.documented());
    failing.failPauses(1000);
    ignoring.ignoreReloads();
    assertWrittenBy(1, engine("weights").load(versions.full(1)).complete(BATCH));
  }

  @Test
  void shouldBringNoVersionToAServerThatFailedAMomentAgoWhileAnotherTakesIt() {
    VllmStandIn failing = start(Flags.documented());
    VllmStandIn other = start(Flags.documented());
    failing.failPauses(1);
    VllmEngine engine = engine("weights", "vllm.retry_backoff_ms=60000");
    engine.load(versions.full(1)).close();
    int before = failing.requests().size();
    assertWrittenBy(2, engine.load(versions.full(2)).complete(BATCH));
    assertThat(failing.requests()).hasSize(before);

    other.stop(); // the one that rests is better than none
    engine.load(versions.full(3)).close();
    assertThat(failing.requests()).hasSizeGreaterThan(before);
  }

  @Test
  void shouldNotLabelWeightsThatSomebodyElseBroughtMeanwhile() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    server.relabelAfterReload("another sampler's");
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine.load(versions.full(1)))
        .withMessageContaining("/weight_info gives another sampler's for loading.run.1.");
    assertWrittenBy(1, engine.load(versions.full(1)).complete(BATCH));
  }

  @Test
  void shouldBringAnAdapterLaterThatTheServersDoNotSeeYet() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("adapter");
    PolicyVersion version = versions.adapted(1, RANK);
    server.hideAdapters(true);
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine.load(version))
        .withMessageContaining("at the same path as the sampler");
    server.hideAdapters(false);
    assertWrittenBy(1, engine.load(version).complete(BATCH));
  }

  @Test
  void shouldReadWeightsAgainThatCouldNotBeCompared() throws IOException {
    Path copy = dir.resolve("copy");
    TinyModel.write(copy, 0);
    servers.add(new VllmStandIn(copy, Flags.documented()));
    Path config = copy.resolve("config.json");
    String whole = Files.readString(config);
    Files.writeString(config, "{");
    VllmEngine engine = engine("adapter");
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine.load(versions.adapted(1, RANK)))
        .withMessageContaining("cannot be compared");
    Files.writeString(config, whole);
    assertWrittenBy(1, engine.load(versions.adapted(1, RANK)).complete(BATCH));
  }

  @Test
  void shouldNotKeepAThreadFromStoppingWhileAVersionIsBrought() throws InterruptedException {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    LoadedPolicy former = engine.load(versions.full(1));
    PolicyVersion next = versions.full(2);
    int before = server.completions().size();
    server.misbehave(Fault.HANG);
    Thread loading = new Thread(() -> engine.load(next));
    loading.setUncaughtExceptionHandler((thread, e) -> {});
    loading.start();
    await().until(() -> server.completions().size() > before); // it waits for this one
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread sampling = new Thread(() -> former.complete(BATCH));
    sampling.setUncaughtExceptionHandler((thread, e) -> end.set(e));
    sampling.start();

    sampling.interrupt();
    sampling.join(10_000);
    assertThat(end.get()).isInstanceOf(InterruptException.class);
    loading.interrupt();
    loading.join(10_000);
    assertThat(loading.isAlive()).isFalse();
  }

  @Test
  void shouldRefuseToWriteWithAServerWhoseWeightsAreNotThoseItReports() {
    VllmStandIn server = start(Flags.documented());
    VllmEngine engine = engine("weights");
    LoadedPolicy former = engine.load(versions.full(1));
    server.ignoreReloads();

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> engine.load(versions.full(2)))
        .withMessageContaining("writes with other weights than those of run.2.")
        .withMessageContaining("sampler.vllm.tolerance");
    assertWrittenBy(1, former.complete(BATCH)); // which it has still
    LoadedPolicy unchecked = engine("weights", "vllm.tolerance=0").load(versions.full(2));
    assertThat(score(2, unchecked.complete(BATCH))).isGreaterThan(0.1);
  }

  @Test
  void shouldShowNoServerDamagedWeights() throws IOException {
    VllmStandIn server = start(Flags.documented());
    PolicyVersion version = versions.full(1);
    Path file = versions.folder(1).resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> engine("weights").load(version))
        .withMessageContaining("SHA-256");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void shouldShowNoServerADamagedAdapter() throws IOException {
    VllmStandIn server = start(Flags.documented());
    PolicyVersion version = versions.adapted(1, RANK);
    Path file = versions.folder(1).resolve("adapter/adapter_model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 2] ^= 1;
    Files.write(file, bytes);

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> engine("adapter").load(version))
        .withMessageContaining("adapter: its weights have SHA-256");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void shouldRefuseOnlyTheRequestThatAServerRefuses() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("weights").load(versions.full(1));
    List<GenerationRequest> batch = new ArrayList<>(BATCH);
    batch.set(3, new GenerationRequest(new int[] {5000}, 1));

    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> policy.complete(batch))
        .withMessageContaining("Token id 5000 is out of vocabulary")
        .satisfies(e -> assertThat(e.request()).isEqualTo(3));

    server.misbehave(Fault.FAIL, Fault.FAIL); // every time, as it seems from here
    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> policy.complete(List.of(new GenerationRequest(new int[] {1}, 7))))
        .withMessageContaining("Internal server error");

    server.misbehave(Fault.ABORT, Fault.ABORT);
    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> policy.complete(List.of(new GenerationRequest(new int[] {1}, 8))))
        .withMessageContaining("for the reason 'abort'");

    server.misbehave(Fault.SHORT, Fault.SHORT); // which its flags mend, for every request
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> policy.complete(List.of(new GenerationRequest(new int[] {1}, 9))))
        .withMessageContaining("--generation-config vllm");
    policy.close();
  }

  @Test
  void shouldRefuseARequestThoughTheServerLosesTheVersionMeanwhile() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("weights").load(versions.full(1));
    List<GenerationRequest> batch = new ArrayList<>(BATCH);
    batch.set(0, new GenerationRequest(new int[] {5000}, 1));
    server.misbehave(Fault.OTHER_LABEL);

    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> policy.complete(batch))
        .satisfies(e -> assertThat(e.request()).isZero());
    policy.close();
  }

  @Test
  void shouldAskTheOtherServersWhatOneRefuses() {
    VllmStandIn first = start(Flags.documented());
    VllmStandIn second = start(Flags.documented());
    LoadedPolicy policy = engine("weights").load(versions.full(1));
    List<Completion> undisturbed = policy.complete(BATCH);
    first.misbehave(Fault.REFUSE);
    assertThat(policy.complete(BATCH)).isEqualTo(undisturbed);

    List<GenerationRequest> batch = new ArrayList<>(BATCH);
    batch.set(3, new GenerationRequest(new int[] {5000}, 1));
    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> policy.complete(batch))
        .satisfies(e -> assertThat(e.request()).isEqualTo(3));
    for (VllmStandIn server : List.of(first, second)) {
      assertThat(server.completions())
          .filteredOn(body -> body.path("prompt").path(0).asInt() == 5000)
          .hasSize(1);
    }
    policy.close();
  }

  @ParameterizedTest
  @CsvSource({"weights", "adapter"})
  void shouldAskNoServerForMoreThanItsLongestSequence(String sync) {
    VllmStandIn first = start(Flags.documented());
    VllmStandIn second = start(Flags.documented());
    LoadedPolicy policy = engine(sync).load(versions.adapted(1, RANK));
    List<Completion> undisturbed = policy.complete(BATCH);
    second.limitLength(13);
    second.restart();

    for (int i = 0; i < 3; i++) {
      assertThat(policy.complete(BATCH)).isEqualTo(undisturbed);
    }
    first.limitLength(13);
    first.restart();
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> policy.complete(BATCH))
        .withMessageContaining("takes sequences of 13 tokens; start it with --max-model-len 14");
    policy.close();
  }

  @ParameterizedTest
  @CsvSource({
    "adapter,runtimeLora,VLLM_ALLOW_RUNTIME_LORA_UPDATING=1",
    "adapter,lora,--enable-lora",
    "weights,devMode,VLLM_SERVER_DEV_MODE=1",
  })
  void shouldNameTheFlagThatAServerLacks(String sync, String flag, String named) {
    start(Flags.documented().without(flag));
    assertRefusedAtStart(engine(sync), "sampler.vllm.sync", named);
  }

  @Test
  void shouldRefuseAReleaseThatDoesNotSayWhichWeightsWrote() {
    start(Flags.documented().ofRelease("0.32.1"));
    assertRefusedAtStart(engine("weights"), "sampler.vllm.sync", "vLLM 0.33 or newer");
    engine("adapter").check();
    servers.remove(0).close();
    start(Flags.documented().ofRelease("0.33.0rc1"));
    engine("weights").check();
  }

  @Test
  void shouldRefuseServersWithoutRoomForTheAdapters() {
    start(Flags.documented().withLoras(4, 1));
    assertRefusedAtStart(engine("adapter"), "sampler.vllm.sync", "--max-lora-rank 8");
    servers.remove(0).close();
    start(Flags.documented().withLoras(1, 8));
    assertRefusedAtStart(engine("adapter"), "sampler.vllm.sync", "--max-loras 2");
  }

  @Test
  void shouldNameTheRankThatAServerLacksWhichDoesNotTellAtTheStart() {
    start(Flags.documented().withLoras(4, 1).without("devMode"));
    VllmEngine engine = engine("adapter");
    engine.check();
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> engine.load(versions.adapted(1, RANK)))
        .withMessageEndingWith("; start it with --max-lora-rank 8");
  }

  @Test
  void shouldRefuseARankThatNoServerTakes() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> VllmEngine.of(config("adapter"), 0, Map.of()))
        .withMessageContaining("trainer.lora_r 0");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> VllmEngine.of(config("adapter"), 513, Map.of()))
        .withMessageContaining("from 1 to 512");
  }

  @Test
  void shouldRefuseLogitsForLogprobs() {
    start(Flags.documented().withLogprobsMode("processed_logits"));
    assertRefusedAtStart(
        engine("weights"), "sampler.vllm.base_urls", "--logprobs-mode raw_logprobs");
  }

  @Test
  void shouldBringTheKeyAndSayItInNoMessage() {
    start(Flags.documented().withApiKey("sk-secret"));
    assertRefusedAtStart(engine("weights"), "sampler.vllm.api_key_env", "Unauthorized");
    VllmEngine wrong =
        VllmEngine.of(
            config("weights", "vllm.api_key_env=KEY"), RANK, Map.of("KEY", "Unauthorized"));
    assertRefusedAtStart(wrong, "sampler.vllm.api_key_env", "***");
    VllmEngine right =
        VllmEngine.of(config("weights", "vllm.api_key_env=KEY"), RANK, Map.of("KEY", "sk-secret"));
    right.check();
    assertWrittenBy(1, right.load(versions.full(1)).complete(BATCH));
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> VllmEngine.of(config("weights", "vllm.api_key_env=KEY"), RANK, Map.of()))
        .withMessageContaining("sampler.vllm.api_key_env: environment variable KEY");
  }

  @Test
  void shouldRefuseABaseThatWasNotAdapted() {
    Path other = new Versions(dir.resolve("other")).folder(9);
    TinyModel.write(other, 9);
    servers.add(new VllmStandIn(other, Flags.documented()));

    assertThatExceptionOfType(EngineUnavailableException.class) // until it is started anew
        .isThrownBy(() -> engine("adapter").load(versions.adapted(1, RANK)))
        .withMessageContaining("whose weights are not those of " + versions.folder(0));
    start(Flags.documented());
    assertWrittenBy(1, engine("adapter").load(versions.adapted(1, RANK)).complete(BATCH));
    assertThat(servers.get(0).completions()).isEmpty();
  }

  @Test
  void shouldNotWriteOnAServerThatWasStartedAnewWithAnotherBase() {
    VllmStandIn server = start(Flags.documented());
    LoadedPolicy policy = engine("adapter", "vllm.tolerance=0").load(versions.adapted(1, RANK));
    Path other = new Versions(dir.resolve("other")).folder(9);
    TinyModel.write(other, 9);
    server.restartWith(other);

    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> policy.complete(BATCH))
        .withMessageContaining("whose weights are not those of " + versions.folder(0));
    server.restartWith(versions.folder(0));
    assertWrittenBy(1, policy.complete(BATCH));
    policy.close();
  }

  @Test
  void shouldRefuseAVersionWithoutAnAdapter() {
    start(Flags.documented());
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> engine("adapter").load(versions.full(1)))
        .withMessageContaining("has no adapter");
  }

  @Test
  void shouldWaitForAServerThatIsNotThereYet() {
    VllmStandIn server = start(Flags.documented());
    server.stop();
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine("weights").check());
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> engine("weights").load(versions.full(1)));
  }

  private VllmStandIn start(Flags flags) {
    VllmStandIn server = new VllmStandIn(versions.folder(0), flags);
    servers.add(server);
    return server;
  }

  private VllmEngine engine(String sync, String... more) {
    return VllmEngine.of(config(sync, more), RANK, Map.of());
  }

  private SamplerConfig config(String sync, String... more) {
    List<String> urls = servers.stream().map(VllmStandIn::address).toList();
    List<String> keys =
        new ArrayList<>(
            List.of(
                "engine=vllm",
                "max_new_tokens=12",
                "vllm.sync=" + sync,
                "vllm.tolerance=0.001",
                "vllm.base_urls=" + (urls.isEmpty() ? List.of("http://none") : urls),
                "vllm.max_attempts=2",
                "vllm.retry_backoff_ms=5"));
    keys.addAll(List.of(more));
    return Configs.of(keys.toArray(String[]::new));
  }

  private static void assertRefusedAtStart(VllmEngine engine, String key, String named) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(engine::check)
        .withMessageStartingWith(key + ": ")
        .withMessageContaining(named)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "sk-secret"));
  }

  private static List<GenerationRequest> batch() {
    List<GenerationRequest> batch = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      batch.add(new GenerationRequest(new int[] {1 + i / 2, 30}, 1000 - 999L * i));
    }
    return batch;
  }

  /** Scores what was written with a version's weights, loaded here, and with another's. */
  private void assertWrittenBy(long version, List<Completion> completions) {
    assertThat(completions).hasSize(BATCH.size());
    assertThat(score(version, completions)).isLessThan(1e-4);
    assertThat(score(99, completions)).isGreaterThan(0.1); // another model
    for (Completion completion : completions) {
      boolean stopped = completion.getFinishReason() == FinishReason.STOP;
      assertThat(completion.getTokenIds().contains(0)).isEqualTo(stopped);
      assertThat(completion.getText()).hasSize(completion.getTokenIds().size() - (stopped ? 1 : 0));
      assertThat(completion.getSamplingLogprobs()).isEqualTo(completion.getLogprobs());
    }
  }

  /** The largest difference between the log-probabilities given and a version's. */
  private double score(long version, List<Completion> completions) {
    versions.full(version); // unless it is there
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < completions.size(); i++) {
      int[] ids = completions.get(i).getTokenIds().stream().mapToInt(Integer::intValue).toArray();
      sequences.add(new TokenSequence(BATCH.get(i).prompt(), ids));
    }
    double largest = 0;
    try (LanguageModel model =
        LanguageModel.load(
            CheckpointFolder.open(versions.folder(version)),
            new EngineOptions("cpu", "float32", 1))) {
      float[][] scored = model.logprobs(sequences);
      for (int i = 0; i < scored.length; i++) {
        for (int t = 0; t < scored[i].length; t++) {
          float given = completions.get(i).getLogprobs().get(t);
          largest = Math.max(largest, Math.abs(given - scored[i][t]));
        }
      }
    }
    return largest;
  }
}
