package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Flat passes, in which sequences stand one after the other and share prompts, against passes with
 * one padded row a sequence.
 */
@Execution(ExecutionMode.CONCURRENT)
class FlatPassTest {
  private static final EngineOptions EXACT = new EngineOptions("cpu", "float64", 1);
  private static final int VOCABULARY = 50;

  @TempDir Path folder;

  /** Of everything that lengths can be: name, then chosen and rejected of some pairs. */
  static Stream<Arguments> batches() {
    int[] prompt = ids(1, 11);
    int[] same = ids(2, 19);
    return Stream.of(
        Arguments.of("one pair", pair(prompt, ids(3, 5), ids(4, 9))),
        Arguments.of("one-token answers", pair(prompt, ids(3, 1), ids(5, 1))),
        Arguments.of("one answer of one token", pair(prompt, ids(3, 1), ids(4, 30))),
        Arguments.of("a prompt of one token", pair(ids(1, 1), ids(3, 8), ids(4, 9))),
        Arguments.of(
            "answers that share a long beginning",
            pair(prompt, with(same, 7), with(same, 8, 9, 10))),
        Arguments.of("an answer that begins the other", pair(prompt, same, with(same, 3))),
        Arguments.of("the same answer twice", pair(prompt, same, same)),
        Arguments.of(
            "ragged pairs",
            IntStream.range(0, 7)
                .mapToObj(i -> pair(ids(i, 1 + 5 * i), ids(20 + i, 1 + i * i), ids(40 + i, 9)))
                .flatMap(List::stream)
                .toList()),
        Arguments.of(
            "three answers, and the prompt again",
            List.of(
                new TokenSequence(prompt, ids(3, 4)),
                new TokenSequence(prompt, ids(4, 6)),
                new TokenSequence(prompt, ids(5, 2)),
                new TokenSequence(same, ids(6, 2)),
                new TokenSequence(prompt, ids(7, 3)))),
        Arguments.of("a prompt that begins another", pair(prompt, ids(3, 5), ids(4, 9))),
        Arguments.of(
            "thousand-token prompts",
            Stream.of(pair(ids(8, 1000), ids(3, 40), ids(4, 77)), pair(prompt, same, prompt))
                .flatMap(List::stream)
                .toList()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("batches")
  void shouldGiveTheGradientsOfPaddedRows(String name, List<TokenSequence> batch) throws Exception {
    ModelConfig config = config(Family.LLAMA, Optional.empty());
    compare(TinyModels.write(folder, config, 1), batch, FineTuning.full());
  }

  /** Grouped queries in all of them; a window of 5 hides parts of prompts and of answers. */
  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldGiveTheGradientsOfPaddedRowsInEveryFamily(Family family) throws Exception {
    Optional<SlidingWindow> window =
        family == Family.MISTRAL
            ? Optional.of(new SlidingWindow(5, 0))
            : family == Family.QWEN2 ? Optional.of(new SlidingWindow(13, 1)) : Optional.empty();
    compare(TinyModels.write(folder, config(family, window), 1), ragged(), FineTuning.full());
  }

  @Test
  void shouldGiveThemWithAdaptersAndWithCheckpointing() throws Exception {
    ModelConfig config = config(Family.QWEN3, Optional.empty());
    Lora lora = new Lora(2, 8, false, new LoraTargets(List.of(Lora.ALL_LINEAR)), 7);
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    compare(checkpoint, ragged(), new FineTuning(Optional.of(lora), false));
    compare(checkpoint, ragged(), new FineTuning(Optional.of(lora), true));
    compare(checkpoint, ragged(), new FineTuning(Optional.empty(), true));
  }

  private static void compare(
      CheckpointFolder checkpoint, List<TokenSequence> batch, FineTuning tuning) {
    try (TrainableModel model = TrainableModel.load(checkpoint, EXACT, tuning)) {
      model.parameters().names().stream()
          .filter(name -> name.contains("lora_B"))
          .forEach(name -> fill(model.parameters(), name));
      Result padded = run(model, batch, true);
      Result flat = run(model, batch, false);

      for (int i = 0; i < batch.size(); i++) {
        // Computed in float64, rounded to float32.
        assertThat(flat.logprobs[i]).containsExactly(padded.logprobs[i], within(2e-6f));
      }
      for (int p = 0; p < padded.gradients.size(); p++) {
        // Relative to the largest of a tensor, whose gradients are float32.
        float[] expected = padded.gradients.get(p);
        float largest = 0;
        for (float value : expected) {
          largest = Math.max(largest, Math.abs(value));
        }
        assertThat(flat.gradients.get(p))
            .as(model.parameters().names().get(p))
            .containsExactly(expected, within(1e-6f * largest));
      }
    }
  }

  /** A sequence's values are the same bits alone, beside others, and beside its sibling or not. */
  @Test
  void shouldScoreASequenceAlikeWhateverStandsBesideIt() throws Exception {
    ModelConfig config = config(Family.LLAMA, Optional.empty());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<TokenSequence> batch = new ArrayList<>(ragged());
    try (LanguageModel model = LanguageModel.load(checkpoint, TinyModels.CPU);
        TrainableModel trained = TrainableModel.load(checkpoint, TinyModels.CPU)) {
      List<float[]> alone = batch.stream().map(s -> model.logprobs(List.of(s))[0]).toList();
      Random random = new Random(3);
      for (int round = 0; round < 10; round++) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, batch.size()).boxed().toList());
        Collections.shuffle(order, random);
        List<Integer> some = order.subList(0, 1 + random.nextInt(batch.size()));
        List<TokenSequence> company = some.stream().map(batch::get).toList();
        float[][] frozen = model.logprobs(company);
        try (ForwardPass pass = trained.forward(company)) {
          for (int i = 0; i < some.size(); i++) {
            assertThat(frozen[i]).isEqualTo(alone.get(some.get(i)));
            assertThat(pass.logprobs()[i]).isEqualTo(alone.get(some.get(i)));
          }
        }
      }
    }
  }

  @Test
  void shouldNotLetASequenceSeeItsNeighbours() throws Exception {
    ModelConfig config = config(Family.LLAMA, Optional.empty());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    TokenSequence kept = new TokenSequence(ids(1, 7), ids(2, 5));
    TokenSequence sibling = new TokenSequence(kept.prompt(), ids(3, 5));
    try (LanguageModel model = LanguageModel.load(checkpoint, EXACT)) {
      float[] first = model.logprobs(List.of(sibling, kept))[1];
      float[] second =
          model.logprobs(List.of(new TokenSequence(kept.prompt(), ids(4, 9)), kept))[1];
      assertThat(first).isEqualTo(second).isEqualTo(model.logprobs(List.of(kept))[0]);
    }
  }

  @Test
  void shouldCountASharedPromptOnceAndPadToEight() {
    List<TokenSequence> batch = pair(ids(1, 10), ids(2, 4), ids(3, 6));
    FlatBatch flat = FlatBatch.of(batch, config(Family.LLAMA, Optional.empty()));

    assertThat(FlatBatch.inputs(batch)).isEqualTo(10 + 3 + 5);
    assertThat(flat.ids()).hasSize(24);
    assertThat(flat.targets().size()).isEqualTo(16);
    assertThat(flat.targets().at()).startsWith(9, 10, 11, 12, 9, 13, 14, 15, 16, 17);
  }

  @Test
  void shouldKeepProbabilitiesInChunksOrComputeThemAgain() throws Exception {
    ModelConfig config = config(Family.LLAMA, Optional.empty());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<Result> results = new ArrayList<>();
    for (HeadLimits limits :
        List.of(new HeadLimits(1000, 1000), new HeadLimits(8, 1000), new HeadLimits(8, 8))) {
      try (TrainableModel model = TrainableModel.load(checkpoint, EXACT, limits)) {
        results.add(run(model, ragged(), false));
      }
    }
    for (Result result : results.subList(1, 3)) {
      assertThat(result.logprobs).isDeepEqualTo(results.get(0).logprobs);
      for (int p = 0; p < result.gradients.size(); p++) {
        assertThat(result.gradients.get(p))
            .containsExactly(results.get(0).gradients.get(p), within(1e-6f));
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Result(float[][] logprobs, List<float[]> gradients) {}

  private static Result run(TrainableModel model, List<TokenSequence> batch, boolean padded) {
    model.zeroGrad();
    Random random = new Random(9);
    double[][] d =
        batch.stream()
            .map(s -> random.doubles(s.completion().length, -1, 1).toArray())
            .toArray(double[][]::new);
    try (ForwardPass pass =
        padded ? model.forward(batch, PassShape.around(batch)) : model.forward(batch)) {
      float[][] logprobs = pass.logprobs();
      pass.backward(d);
      return new Result(
          logprobs, model.parameters().gradients().stream().map(NDArray::toFloatArray).toList());
    }
  }

  private static void fill(Parameters parameters, String name) {
    Random random = new Random(name.hashCode());
    float[] values = parameters.get(name);
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.3f * (float) random.nextGaussian();
    }
    parameters.set(name, values);
  }

  private static ModelConfig config(Family family, Optional<SlidingWindow> window) {
    return TinyModels.config(family, window, new RopeScaling.None(), 2048);
  }

  private static List<TokenSequence> ragged() {
    return Stream.of(
            pair(ids(1, 11), ids(3, 5), ids(4, 9)),
            pair(ids(5, 3), ids(6, 1), ids(7, 22)),
            pair(ids(8, 40), ids(9, 17), ids(10, 2)))
        .flatMap(List::stream)
        .toList();
  }

  private static List<TokenSequence> pair(int[] prompt, int[] chosen, int[] rejected) {
    return List.of(new TokenSequence(prompt, chosen), new TokenSequence(prompt, rejected));
  }

  private static int[] ids(long seed, int length) {
    return new Random(seed).ints(length, 0, VOCABULARY).toArray();
  }

  private static int[] with(int[] ids, int... more) {
    int[] all = Arrays.copyOf(ids, ids.length + more.length);
    System.arraycopy(more, 0, all, ids.length, more.length);
    return all;
  }
}
