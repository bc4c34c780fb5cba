package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.Records;
import io.dpostream.trainer.TrainerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class DpoLearnerTest {
  @TempDir Path dir;
  private Path model;

  @BeforeEach
  void writeModel() {
    model = TinyModel.write(dir.resolve("model"), 1);
  }

  @Test
  void shouldStartAtLogTwoWithZeroRewards() {
    try (DpoLearner learner = learner(TinyModel.config(), "work")) {
      assertThat(learner.policySha256()).isEqualTo(learner.referenceSha256());
      StepResult result = learner.step(TinyModel.batch(1, TinyModel.pairs(8, 1)));
      // The mean of eight times ln 2 is exact: sums of equal doubles over a power of two.
      assertThat(result.loss()).isEqualTo(Math.log(2));
      assertThat(result.metrics())
          .containsEntry("rewards/chosen", 0.0)
          .containsEntry("rewards/rejected", 0.0)
          .containsEntry("rewards/margins", 0.0)
          .containsEntry("rewards/accuracies", 0.0)
          .containsEntry("kl", 0.0);
    }
  }

  @Test
  void shouldStayAtZeroRewardsWhateverTheBatchIsMadeOf() {
    // With a learning rate of 0 the policy stays the reference; the reference's values come from
    // the first step's cache, the policy's from batches of other sizes and orders.
    List<TrainingPair> pairs = TinyModel.pairs(12, 1);
    try (DpoLearner learner = learner(TinyModel.config("learningRate", 0.0), "work")) {
      learner.step(TinyModel.batch(1, pairs));
      for (int step = 2; step <= 12; step++) {
        List<TrainingPair> some = pairs.subList(step - 2, Math.min(12, step + 3));
        StepResult result = learner.step(TinyModel.batch(step, some));
        assertThat(result.metrics().get("kl/absolute")).isEqualTo(0.0);
      }
    }
  }

  @Test
  void shouldLearnThePairsAndLeaveTheReferenceAlone() {
    List<TrainingPair> pairs = TinyModel.pairs(8, 1);
    List<TokenSequence> chosen =
        pairs.stream().map(p -> new TokenSequence(p.prompt(), p.chosen())).toList();
    float[][] before = referenceLogps(chosen);
    try (DpoLearner learner = learner(TinyModel.config(), "work")) {
      String reference = learner.referenceSha256();
      StepResult result = learner.step(TinyModel.batch(1, pairs));
      for (int step = 2; step <= 20; step++) {
        result = learner.step(TinyModel.batch(step, pairs));
      }
      assertThat(result.loss()).isLessThan(0.3);
      assertThat(result.metrics().get("rewards/accuracies")).isEqualTo(1.0);
      assertThat(learner.referenceSha256()).isEqualTo(reference);
      assertThat(learner.policySha256()).isNotEqualTo(reference);
      assertThat(referenceLogps(chosen)).isDeepEqualTo(before);
    }
  }

  /** Prompts of 2, 5 and 5 tokens, completions of 3, 3 and 9, of which 4 and 8 fit. */
  @Test
  void shouldCountThePairsThatItShortens() {
    List<TrainingPair> pairs = List.of(pair(0, 2, 3), pair(1, 5, 3), pair(2, 5, 9));
    Object[] bounds = {"maxPromptLength", Optional.of(4), "maxLength", Optional.of(12)};
    try (DpoLearner learner = learner(TinyModel.config(bounds), "work")) {
      StepResult result = learner.step(TinyModel.batch(1, pairs));
      assertThat(result.metrics())
          .containsEntry("truncated/prompts", 2.0)
          .containsEntry("truncated/completions", 1.0);
      assertThat(result.tokens()).isEqualTo(2 * (5 + 7 + 12));
    }
    try (DpoLearner learner = learner(TinyModel.config(), "whole")) {
      assertThat(learner.step(TinyModel.batch(1, pairs)).metrics())
          .doesNotContainKeys("truncated/prompts", "truncated/completions");
    }
  }

  private static TrainingPair pair(long offset, int prompt, int completion) {
    int[] rejected = new int[completion];
    Arrays.fill(rejected, 5);
    rejected[0] = 6;
    int[] chosen = new int[completion];
    Arrays.fill(chosen, 4);
    int[] ids = new int[prompt];
    Arrays.fill(ids, 3);
    return new TrainingPair(
        0, offset, "p" + offset, ids, chosen, rejected, List.of(), 1, OptionalDouble.empty(), -1);
  }

  private float[][] referenceLogps(List<TokenSequence> sequences) {
    try (LanguageModel reference =
        LanguageModel.load(CheckpointFolder.open(model), TinyModel.CPU)) {
      return reference.logprobs(sequences);
    }
  }

  @Test
  void shouldCountCompletionTokensAlone() {
    List<TrainingPair> pairs = TinyModel.pairs(1, 4);
    float sum = 0;
    for (float logp :
        referenceLogps(List.of(new TokenSequence(pairs.get(0).prompt(), pairs.get(0).chosen())))[
            0]) {
      sum += logp;
    }
    try (DpoLearner learner = learner(TinyModel.config(), "work")) {
      StepResult result = learner.step(TinyModel.batch(1, pairs));
      assertThat(result.metrics().get("logps/chosen")).isCloseTo(sum, within(1e-4));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sigmoid", "ipo", "bco_pair", "aot", "aot_unpaired", "sft"})
  void shouldTakeTheSameStepInOneBatchAndInMany(String loss) {
    TrainerConfig whole = TinyModel.config("lossType", List.of(loss));
    TrainerConfig parts =
        Records.with(whole, "perDeviceTrainBatchSize", 1, "gradientAccumulationSteps", 8);
    try (DpoLearner one = learner(whole, "one");
        DpoLearner many = learner(parts, "many")) {
      for (int step = 1; step <= 3; step++) {
        TrainingBatch batch = TinyModel.batch(step, TinyModel.pairs(8, step));
        StepResult expected = one.step(batch);
        StepResult actual = many.step(batch);
        assertThat(actual.loss()).isCloseTo(expected.loss(), relative(expected.loss()));
        double norm = expected.metrics().get("grad_norm");
        assertThat(actual.metrics().get("grad_norm")).isCloseTo(norm, relative(norm));
      }
    }
  }

  /** What is dropped depends on step and pair, and not on the pass that a pair is computed in. */
  @ParameterizedTest
  @ValueSource(strings = {"sigmoid", "aot"})
  void shouldDropTheSameInOneBatchAndInMany(String loss) {
    TrainerConfig whole =
        TinyModel.config("lossType", List.of(loss), "loraR", 4, "loraDropout", 0.3);
    TrainerConfig parts =
        Records.with(whole, "perDeviceTrainBatchSize", 1, "gradientAccumulationSteps", 8);
    TrainerConfig without = Records.with(whole, "loraDropout", 0.0);
    try (DpoLearner one = learner(whole, "one");
        DpoLearner many = learner(parts, "many");
        DpoLearner none = learner(without, "none")) {
      for (int step = 1; step <= 3; step++) {
        TrainingBatch batch = TinyModel.batch(step, TinyModel.pairs(8, step));
        StepResult expected = one.step(batch);
        StepResult actual = many.step(batch);
        assertThat(actual.loss()).isCloseTo(expected.loss(), relative(expected.loss()));
        double norm = expected.metrics().get("grad_norm");
        assertThat(actual.metrics().get("grad_norm")).isCloseTo(norm, relative(norm));
        assertThat(none.step(batch).metrics().get("grad_norm")).isNotEqualTo(norm);
      }
    }
  }

  /** Runs of release 0.1 go on in padded rows; the two ways differ in their last bits alone. */
  @ParameterizedTest
  @ValueSource(strings = {"sigmoid", "aot", "sft"})
  void shouldTakeTheStepsOfPaddedPasses(String loss) {
    TrainerConfig flat = TinyModel.config("lossType", List.of(loss));
    TrainerConfig padded = Records.with(flat, "passLayout", "padded");
    try (DpoLearner one = learner(flat, "flat");
        DpoLearner other = learner(padded, "padded")) {
      for (int step = 1; step <= 3; step++) {
        TrainingBatch batch = TinyModel.batch(step, TinyModel.pairs(8, step));
        StepResult expected = other.step(batch);
        StepResult actual = one.step(batch);
        assertThat(actual.loss()).isCloseTo(expected.loss(), relative(expected.loss()));
        double norm = expected.metrics().get("grad_norm");
        assertThat(actual.metrics().get("grad_norm")).isCloseTo(norm, relative(norm));
      }
    }
  }

  /** The sums over a batch's tokens are divided otherwise, which the last bits of weights show. */
  @ParameterizedTest
  @ValueSource(strings = {"flat", "padded"})
  void shouldTakeTheSameStepInPassesOfTheSizeThatIsSet(String layout) {
    TrainerConfig whole =
        TinyModel.config(
            "perDeviceTrainBatchSize", 64, "passLayout", layout, "passTokens", Optional.of(8192));
    TrainerConfig small = Records.with(whole, "passTokens", Optional.of(256));
    try (DpoLearner one = learner(whole, "one");
        DpoLearner other = learner(small, "other")) {
      TrainingBatch batch = TinyModel.batch(1, TinyModel.pairs(64, 1));
      StepResult expected = one.step(batch);
      StepResult actual = other.step(batch);
      assertThat(actual.loss()).isCloseTo(expected.loss(), relative(expected.loss()));
      double norm = expected.metrics().get("grad_norm");
      assertThat(actual.metrics().get("grad_norm")).isCloseTo(norm, relative(norm));
      assertThat(other.policySha256()).isNotEqualTo(one.policySha256());
    }
  }

  /** The seed alone makes two runs differ; the reference drops nothing. */
  @Test
  void shouldDropByTheSeedAndNeverInTheReference() {
    TrainerConfig config = TinyModel.config("loraR", 4, "loraDropout", 0.5, "klFullSteps", 1L);
    List<TrainingPair> pairs = TinyModel.pairs(4, 1);
    try (DpoLearner one = learner(config, "one");
        DpoLearner same = learner(config, "same");
        DpoLearner other = learner(Records.with(config, "learningRate", 0.0), "other")) {
      assertThat(one.step(TinyModel.batch(1, pairs)))
          .isEqualTo(same.step(TinyModel.batch(1, pairs)));
      StepResult first = one.step(TinyModel.batch(2, pairs));
      assertThat(first).isEqualTo(same.step(TinyModel.batch(2, pairs)));
      assertThat(one.policySha256()).isEqualTo(same.policySha256());
      // B is 0 and stays so: whatever A sees, policy and reference are equal.
      assertThat(other.step(TinyModel.batch(1, pairs)).metrics())
          .containsEntry("kl/absolute", 0.0)
          .containsEntry("kl/full", 0.0);
    }
  }

  private static org.assertj.core.data.Offset<Double> relative(double value) {
    return within(1e-6 * Math.max(1, Math.abs(value)));
  }

  /** Everything that has state besides weights and moments. */
  static Stream<Arguments> configurations() {
    Object[] lora = {"loraR", 4, "loraTargetModules", List.of("all-linear")};
    return Stream.of(
        configuration("sigmoid"),
        configuration("bco_pair", "lossType", List.of("bco_pair")),
        configuration(
            "combination",
            "lossType",
            List.of("sigmoid", "bco_pair"),
            "lossWeights",
            List.of(1.0, 0.5)),
        configuration("linear", "lrSchedulerType", "linear", "maxSteps", 5L),
        configuration("cosine", "lrSchedulerType", "cosine", "maxSteps", 5L),
        configuration("hard refresh", "syncRefModel", true, "refModelMixupAlpha", 1.0),
        configuration("moving average", "syncRefModel", true, "refModelMixupAlpha", 0.3),
        configuration("lora", lora),
        configuration(
            "lora with dropout",
            Stream.concat(Arrays.stream(lora), Stream.of("loraDropout", 0.2)).toArray()),
        configuration(
            "lora and refresh",
            Stream.concat(Arrays.stream(lora), Stream.of("syncRefModel", true)).toArray()),
        configuration("checkpointing", "gradientCheckpointing", true),
        configuration("bf16", "bf16", true));
  }

  private static Arguments configuration(String name, Object... namesAndValues) {
    TrainerConfig base = TinyModel.config("warmupSteps", 2L, "weightDecay", 0.1);
    return Arguments.of(name, Records.with(base, namesAndValues));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void shouldResumeAsIfNeverInterrupted(String name, TrainerConfig config) throws IOException {
    try (DpoLearner uninterrupted = learner(config, "a")) {
      for (int step = 1; step <= 4; step++) {
        Path checkpoint = Files.createDirectory(dir.resolve("checkpoint-" + step));
        uninterrupted.save(checkpoint);
        TrainingBatch batch = TinyModel.batch(step, TinyModel.pairs(4, step));
        StepResult expected = uninterrupted.step(batch);
        boolean refresh = config.reference().syncRefModel() && step % 2 == 0;
        String reference =
            refresh
                ? uninterrupted.refreshReference(config.reference().refModelMixupAlpha())
                : uninterrupted.referenceSha256();
        try (DpoLearner resumed = learner(config, "b")) {
          resumed.restore(checkpoint);
          assertThat(resumed.step(batch)).isEqualTo(expected);
          assertThat(resumed.policySha256()).isEqualTo(uninterrupted.policySha256());
          if (refresh) {
            resumed.refreshReference(config.reference().refModelMixupAlpha());
          }
          assertThat(resumed.referenceSha256()).isEqualTo(reference);
        }
      }
    }
  }

  @Test
  void shouldTrainAdaptersAndPublishMergedWeights() throws IOException {
    TrainerConfig config = TinyModel.config("loraR", 4, "loraTargetModules", List.of("q_proj"));
    Path published = Files.createDirectory(dir.resolve("published"));
    try (DpoLearner learner = learner(config, "work")) {
      assertThat(learner.policySha256()).isEqualTo(learner.referenceSha256());
      for (int step = 1; step <= 20; step++) {
        StepResult result = learner.step(TinyModel.batch(step, TinyModel.pairs(8, 1)));
        assertThat(result.applied()).isTrue();
      }
      learner.writePolicy(published);
      try (LanguageModel loaded =
          LanguageModel.load(CheckpointFolder.open(published), TinyModel.CPU)) {
        assertThat(loaded.sha256()).isEqualTo(learner.policySha256());
      }
    }
    Safetensors before = Safetensors.openFolder(model);
    Safetensors after = Safetensors.openFolder(published);
    assertThat(before.names())
        .filteredOn(
            name -> !Arrays.equals(before.tensor(name).toFloats(), after.tensor(name).toFloats()))
        .containsExactlyInAnyOrder(
            "model.layers.0.self_attn.q_proj.weight", "model.layers.1.self_attn.q_proj.weight");
    assertThat(published.resolve("adapter")).isDirectoryContaining("glob:**adapter_config.json");
  }

  @Test
  void shouldGoOnWithAnAdapterAndHoldToIt() throws IOException {
    TrainerConfig config = TinyModel.config("loraR", 4, "loraTargetModules", List.of("q_proj"));
    Path published = Files.createDirectory(dir.resolve("published"));
    try (DpoLearner first = learner(config, "first")) {
      first.step(TinyModel.batch(1, TinyModel.pairs(8, 1)));
      first.writePolicy(published);
    }
    Path adapter = published.resolve("adapter");
    try (DpoLearner second = TinyModel.learner(config, adapter, dir.resolve("second"));
        DpoLearner merged = TinyModel.learner(config, published, dir.resolve("merged"))) {
      assertThat(second.policySha256())
          .isEqualTo(second.referenceSha256())
          .isEqualTo(merged.policySha256());
      StepResult result = second.step(TinyModel.batch(1, TinyModel.pairs(8, 1)));
      assertThat(result.loss()).isEqualTo(Math.log(2));
      assertThat(result.metrics()).containsEntry("kl/absolute", 0.0);

      Path checkpoint = Files.createDirectory(dir.resolve("checkpoint"));
      second.save(checkpoint);
      try (DpoLearner resumed = TinyModel.learner(config, adapter, dir.resolve("resumed"))) {
        resumed.restore(checkpoint);
        TrainingBatch next = TinyModel.batch(2, TinyModel.pairs(8, 2));
        assertThat(resumed.step(next)).isEqualTo(second.step(next));
        assertThat(resumed.policySha256()).isEqualTo(second.policySha256());
        assertThat(resumed.refreshReference(0.5)).isEqualTo(second.refreshReference(0.5));
        TrainingBatch last = TinyModel.batch(3, TinyModel.pairs(8, 3));
        assertThat(resumed.step(last)).isEqualTo(second.step(last));
      }
    }
  }

  @Test
  void shouldPublishAdaptersAloneThatStandForTheMergedModel() throws IOException {
    TrainerConfig merged = TinyModel.config("loraR", 4);
    TrainerConfig alone = Records.with(merged, "publishAdaptersAlone", true);
    Path published = Files.createDirectory(dir.resolve("published"));
    Path whole = Files.createDirectory(dir.resolve("whole"));
    Path checkpoint = Files.createDirectory(dir.resolve("checkpoint"));
    TrainingBatch next = TinyModel.batch(2, TinyModel.pairs(8, 2));
    try (DpoLearner learner = learner(alone, "alone")) {
      learner.step(TinyModel.batch(1, TinyModel.pairs(8, 1)));
      learner.writePolicy(published);
      learner.save(checkpoint);
      assertThat(published)
          .isDirectoryContaining("glob:**adapter_config.json")
          .isDirectoryNotContaining("glob:**/model.safetensors");
      try (LanguageModel loaded =
          LanguageModel.load(CheckpointFolder.open(published), TinyModel.CPU)) {
        assertThat(loaded.sha256()).isEqualTo(learner.policySha256());
      }
      // A run may change over, either way.
      try (DpoLearner other = learner(merged, "merged")) {
        other.restore(checkpoint);
        other.save(whole);
        assertThat(other.step(next)).isEqualTo(learner.step(next));
      }
      try (DpoLearner again = learner(alone, "again")) {
        again.restore(whole);
        again.step(next);
        assertThat(again.policySha256()).isEqualTo(learner.policySha256());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "loraR, 8, 'trainer.lora_r: 8, but the adapters in %s have 4; set it to that'",
    "loraAlpha, 32.0, 'trainer.lora_alpha: 32.0, but the adapters in %s have 16.0; set it to that'",
    "loraTargetModules, v_proj, 'trainer.lora_target_modules: the adapters in %s are not on"
        + " model.layers.0.self_attn.v_proj and 1 more; name the modules that they are on'",
    "loraTargetModules, 0.self_attn.q_proj, 'trainer.lora_target_modules: the adapters in %s are"
        + " also on model.layers.1.self_attn.q_proj; name the modules that they are on'",
  })
  void shouldRefuseAnotherAdapterThanTheModelComesWith(String key, String value, String message)
      throws IOException {
    TrainerConfig config = TinyModel.config("loraR", 4, "loraTargetModules", List.of("q_proj"));
    Path published = Files.createDirectory(dir.resolve("published"));
    try (DpoLearner learner = learner(config, "work")) {
      learner.writePolicy(published);
    }
    Path adapter = published.resolve("adapter");
    Object changed =
        switch (key) {
          case "loraR" -> Integer.valueOf(value);
          case "loraAlpha" -> Double.valueOf(value);
          default -> List.of(value);
        };
    TrainerConfig other = Records.with(config, key, changed);
    assertThatThrownBy(() -> TinyModel.learner(other, adapter, dir.resolve("other")))
        .isInstanceOf(UserException.class)
        .hasMessage(message.formatted(adapter));
  }

  @Test
  void shouldRefuseTargetsThatTheModelLacks() {
    TrainerConfig config =
        TinyModel.config("loraR", 4, "loraTargetModules", List.of("q_proj", ".*s\\.7\\..*"));
    assertThatThrownBy(() -> learner(config, "work"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "trainer.lora_target_modules: '.*s\\.7\\..*' matches nothing; there");
  }

  /** The numbers of a reference that is loaded a second time, from a folder of its own. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldShareTheBaseOfAdaptersBitForBit(boolean bf16) {
    TrainerConfig config =
        TinyModel.config(
            "loraR",
            4,
            "loraTargetModules",
            List.of("all-linear"),
            "bf16",
            bf16,
            "klFullSteps",
            2L,
            "learningRate",
            0.01);
    Path copy = TinyModel.write(dir.resolve("copy"), 1);
    try (DpoLearner shared = learner(config, "shared");
        DpoLearner apart =
            DpoLearner.open(
                config, new LearnerSettings(model, copy, TinyModel.CPU, dir.resolve("apart")))) {
      assertThat(shared.referenceSha256()).isEqualTo(apart.referenceSha256());
      for (int step = 1; step <= 4; step++) {
        TrainingBatch batch = TinyModel.batch(step, TinyModel.pairs(6, step));
        assertThat(shared.step(batch)).isEqualTo(apart.step(batch));
        assertThat(shared.policySha256()).isEqualTo(apart.policySha256());
      }
      assertThat(shared.refreshReference(0.3)).isEqualTo(apart.refreshReference(0.3));
      TrainingBatch last = TinyModel.batch(5, TinyModel.pairs(6, 5));
      assertThat(shared.step(last)).isEqualTo(apart.step(last));
    }
  }

  @Test
  void shouldWeightStalePairsAlone() {
    TrainerConfig plain = TinyModel.config();
    TrainerConfig all = Records.with(plain, "useWeighting", true);
    TrainerConfig stale =
        Records.with(plain, "maxStaleness", Optional.of(2L), "stalePairs", "weight");
    TrainingPair first = TinyModel.pairs(2, 1).get(0);
    TrainingPair second = TinyModel.pairs(2, 1).get(1);
    TrainingPair old = Records.with(second, "policyVersion", 1L);
    TrainingBatch two = new TrainingBatch(1, List.of(first, old), OptionalDouble.empty(), 3);
    TrainingBatch three = new TrainingBatch(1, List.of(first, old), OptionalDouble.empty(), 4);
    double unweighted = loss(plain, TinyModel.batch(1, List.of(second)));
    double weighted = loss(all, TinyModel.batch(1, List.of(second)));

    assertThat(weighted).isLessThan(unweighted);
    assertThat(loss(stale, two)).isEqualTo(loss(plain, two));
    // Three versions old: the mean of one full and one weighted loss.
    assertThat(loss(stale, three)).isCloseTo((Math.log(2) + weighted) / 2, within(1e-12));
  }

  private double loss(TrainerConfig config, TrainingBatch batch) {
    try (DpoLearner learner = learner(config, "work")) {
      return learner.step(batch).loss();
    }
  }

  @Test
  void shouldComeToTheSamePolicyWhenTheReferenceIsScoredFirst() throws IOException {
    Path file = dir.resolve("first").resolve("reference-logps.0");
    try (DpoLearner learner = learner(TinyModel.config(), "first")) {
      learner.precompute(TinyModel.pairs(8, 1));
      long before = Files.size(file);
      learner.step(TinyModel.batch(1, TinyModel.pairs(8, 1)));

      assertThat(before).isPositive();
      assertThat(Files.size(file)).isEqualTo(before);
      try (DpoLearner other = learner(TinyModel.config(), "other")) {
        other.step(TinyModel.batch(1, TinyModel.pairs(8, 1)));
        assertThat(other.policySha256()).isEqualTo(learner.policySha256());
      }
    }
  }

  @Test
  void shouldResumeWithARefreshedReference() throws IOException {
    TrainerConfig config = TinyModel.config();
    try (DpoLearner uninterrupted = learner(config, "a");
        DpoLearner resumed = learner(config, "b")) {
      uninterrupted.step(TinyModel.batch(1, TinyModel.pairs(4, 1)));
      String first = uninterrupted.referenceSha256();
      String mixed = uninterrupted.refreshReference(0.6);
      assertThat(mixed).isNotEqualTo(first).isEqualTo(uninterrupted.referenceSha256());
      Path checkpoint = Files.createDirectory(dir.resolve("checkpoint"));
      uninterrupted.save(checkpoint);
      resumed.restore(checkpoint);
      assertThat(resumed.referenceSha256()).isEqualTo(mixed);
      TrainingBatch second = TinyModel.batch(2, TinyModel.pairs(4, 2));
      assertThat(resumed.step(second)).isEqualTo(uninterrupted.step(second));
    }
  }

  @Test
  void shouldMakeThePolicyTheReferenceInAHardRefresh() {
    try (DpoLearner learner = learner(TinyModel.config(), "work")) {
      learner.step(TinyModel.batch(1, TinyModel.pairs(4, 1)));
      assertThat(learner.refreshReference(1)).isEqualTo(learner.policySha256());
      StepResult result = learner.step(TinyModel.batch(2, TinyModel.pairs(4, 1)));
      assertThat(result.loss()).isEqualTo(Math.log(2));
    }
  }

  /** The merged weights, which add up in another order than weights and adapters. */
  @Test
  void shouldMakeTheMergedPolicyTheReferenceOfAdapters() {
    TrainerConfig config = TinyModel.config("loraR", 4, "syncRefModel", true);
    try (DpoLearner learner = learner(config, "work")) {
      learner.step(TinyModel.batch(1, TinyModel.pairs(4, 1)));
      assertThat(learner.refreshReference(1)).isEqualTo(learner.policySha256());
      StepResult result = learner.step(TinyModel.batch(2, TinyModel.pairs(4, 1)));
      assertThat(result.loss()).isCloseTo(Math.log(2), within(1e-6));
      assertThat(learner.referenceSha256()).isNotEqualTo(learner.policySha256());
    }
  }

  @Test
  void shouldGiveTheSamePolicyWithAWarmAColdAndAHalfDeletedCache() throws IOException {
    String cold = trainedHash("cache");
    String warm = trainedHash("cache");
    Path file = dir.resolve("cache").resolve("reference-logps.0");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    String half = trainedHash("cache");
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    String damaged = trainedHash("cache");
    assertThat(List.of(warm, half, damaged)).containsOnly(cold);
    assertThat(Files.readAllBytes(file)).hasSize(bytes.length);
  }

  private String trainedHash(String work) {
    try (DpoLearner learner = learner(TinyModel.config(), work)) {
      for (int step = 1; step <= 3; step++) {
        learner.step(TinyModel.batch(step, TinyModel.pairs(8, step)));
      }
      return learner.policySha256();
    }
  }

  @Test
  void shouldLeaveEverythingButTheStepWhenTheLossIsNotFinite() {
    // (βh − Δr)² with a reward margin of 1e200 overflows
    TrainerConfig config = TinyModel.config("lossType", List.of("rpo_sq"));
    TrainingPair sound = TinyModel.pairs(1, 1).get(0);
    TrainingPair huge = Records.with(sound, "rewardMargin", OptionalDouble.of(1e200));
    try (DpoLearner learner = learner(config, "work")) {
      learner.step(TinyModel.batch(1, List.of(sound)));
      String before = learner.policySha256();
      StepResult result = learner.step(TinyModel.batch(2, List.of(sound, huge)));
      assertThat(result.applied()).isFalse();
      assertThat(result.nonFinite()).contains("loss is Infinity");
      assertThat(learner.policySha256()).isEqualTo(before);
      assertThat(learner.step(TinyModel.batch(3, List.of(sound))).applied()).isTrue();
    }
  }

  @Test
  void shouldMeasureTheWholeDivergenceEverySoManySteps() {
    List<TrainingPair> pairs = TinyModel.pairs(8, 1);
    try (DpoLearner learner = learner(TinyModel.config("klFullSteps", 2L), "work")) {
      assertThat(learner.step(TinyModel.batch(1, pairs)).metrics()).doesNotContainKey("kl/full");
      assertThat(learner.step(TinyModel.batch(2, pairs)).metrics().get("kl/full")).isPositive();
    }
  }

  @Test
  void shouldWeightPairsByTheirLikelihood() {
    TrainerConfig plain = TinyModel.config();
    TrainerConfig weighted = Records.with(plain, "useWeighting", true);
    try (DpoLearner one = learner(plain, "a");
        DpoLearner other = learner(weighted, "b")) {
      TrainingBatch batch = TinyModel.batch(1, TinyModel.pairs(4, 1));
      assertThat(other.step(batch).loss()).isLessThan(one.step(batch).loss()).isPositive();
    }
  }

  @Test
  void shouldRankGroupsOfThree() {
    TrainerConfig config = TinyModel.config("lossType", List.of("plackett_luce"));
    TrainingPair pair = TinyModel.pairs(1, 1).get(0);
    TrainingPair group =
        Records.with(pair, "ranked", List.of(pair.chosen(), new int[] {7, 8, 2}, pair.rejected()));
    try (DpoLearner learner = learner(config, "work")) {
      // At step 0 all six orders of three are equally likely: −ln(1/6).
      assertThat(learner.step(TinyModel.batch(1, List.of(group))).loss())
          .isCloseTo(Math.log(6), within(1e-12));
    }
  }

  @Test
  void shouldSayWhyAPairCannotBeUsed() {
    TrainingPair pair = TinyModel.pairs(1, 1).get(0);
    TrainerConfig config = TinyModel.config("maxLength", Optional.of(8));
    try (DpoLearner learner = learner(config, "work")) {
      assertThat(learner.refusal(Records.with(pair, "prompt", new int[5]))).isEmpty();
      assertThat(learner.refusal(Records.with(pair, "prompt", new int[9])).orElseThrow())
          .contains("leaves no room");
      assertThat(learner.refusal(Records.with(pair, "prompt", new int[0])).orElseThrow())
          .contains("prompt has no tokens");
      assertThat(learner.refusal(Records.with(pair, "rejected", new int[0])).orElseThrow())
          .contains("completion has no tokens");
      assertThat(
              learner
                  .refusal(Records.with(pair, "chosen", new int[] {TinyModel.VOCAB}))
                  .orElseThrow())
          .contains("token id 50");
    }
  }

  @Test
  void shouldRefuseAReferenceOfAnotherVocabulary() {
    Path smaller = TinyModel.write(dir.resolve("small"), 2, 40, 1);
    assertThatThrownBy(() -> open(smaller))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("vocabulary of 40");
  }

  @Test
  void shouldTrainAgainstASmallerReference() {
    Path smaller = TinyModel.write(dir.resolve("small"), 2, TinyModel.VOCAB, 1);
    try (DpoLearner learner = open(smaller)) {
      StepResult result = learner.step(TinyModel.batch(1, TinyModel.pairs(4, 1)));
      assertThat(result.applied()).isTrue();
      assertThat(result.metrics().get("kl/absolute")).isPositive();
    }
  }

  @Test
  void shouldRefuseWhatItDoesNotDo() {
    assertThatThrownBy(() -> learner(TinyModel.config("lrSchedulerType", "linear"), "work"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("trainer.lr_scheduler_type: linear needs an end");
  }

  private DpoLearner open(Path reference) {
    return DpoLearner.open(
        TinyModel.config(),
        new LearnerSettings(model, reference, TinyModel.CPU, dir.resolve("work")));
  }

  private DpoLearner learner(TrainerConfig config, String work) {
    return TinyModel.learner(config, model, dir.resolve(work));
  }
}
