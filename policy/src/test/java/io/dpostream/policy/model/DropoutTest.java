package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.ArrayValues;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.Tensors;
import io.dpostream.policy.torch.TorchEngine;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  private static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);
  private static final ModelConfig CONFIG = TinyModels.config(Family.LLAMA);
  private static final int TOKENS = 512;
  private static final int WIDTH = 256;

  private NDManager manager;
  private Tensors tensors;

  @BeforeEach
  void start() {
    manager = TorchEngine.manager(CPU);
    tensors = new Tensors(manager, "cpu");
  }

  @AfterEach
  void stop() {
    manager.close();
  }

  private TorchProgram program(double dropout) {
    return DecoderProgram.load(manager, CONFIG, Dtype.F32, 1, dropout);
  }

  private NDArray ones() {
    float[] ones = new float[TOKENS * WIDTH];
    Arrays.fill(ones, 1);
    return tensors.read(NamedTensor.of("x", List.of(1L, 512L, 256L), ones), Dtype.F32);
  }

  private float[] dropped(TorchProgram program, int[] keys, int adapter) {
    NDArray array =
        program.tensor(
            manager, Gradients.OFF, "dropout_keys", List.of(ones(), ones(), ones(), ones()), keys);
    return ArrayValues.floats(
        program.tensor(manager, Gradients.OFF, "dropped", ones(), array, adapter));
  }

  private static int[] keys(long seed) {
    Random random = new Random(seed);
    int[] ids = random.ints(TOKENS + 1, 0, 50).toArray();
    return Dropout.keys(
        new TokenSequence(Arrays.copyOf(ids, 1), Arrays.copyOfRange(ids, 1, ids.length)), seed);
  }

  /**
   * Zeros among n numbers, among those of one token and among those of one place: each within five
   * standard deviations √(p (1 − p) / n) of p, at worst of the 768 that are looked at.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.1, 0.5, 0.9})
  void shouldDropItsShareEverywhere(double p) {
    float[] kept = dropped(program(p), keys(1), 4);
    double[] tokens = new double[TOKENS];
    double[] places = new double[WIDTH];
    double all = 0;
    for (int i = 0; i < kept.length; i++) {
      assertThat(kept[i]).isIn(0f, 1f);
      tokens[i / WIDTH] += 1 - kept[i];
      places[i % WIDTH] += 1 - kept[i];
      all += 1 - kept[i];
    }
    double sigma = Math.sqrt(p * (1 - p));
    assertThat(all / kept.length).isCloseTo(p, within(5 * sigma / Math.sqrt(kept.length)));
    for (double token : tokens) {
      assertThat(token / WIDTH).isCloseTo(p, within(5 * sigma / Math.sqrt(WIDTH)));
    }
    for (double place : places) {
      assertThat(place / TOKENS).isCloseTo(p, within(5 * sigma / Math.sqrt(TOKENS)));
    }
  }

  /** Agreement of two independent masks at one half is one half, within five deviations. */
  @Test
  void shouldDrawAnewForEachTokenPlaceAdapterAndSeed() {
    TorchProgram program = program(0.5);
    float[] kept = dropped(program, keys(1), 4);
    float[] otherAdapter = dropped(program, keys(1), 6);
    float[] otherSeed = dropped(program, keys(2), 4);
    assertThat(dropped(program, keys(1), 4)).isEqualTo(kept);
    double near = 5 * 0.5 / Math.sqrt(kept.length);
    assertThat(agreement(kept, otherAdapter, 0)).isCloseTo(0.5, within(near));
    assertThat(agreement(kept, otherSeed, 0)).isCloseTo(0.5, within(near));
    for (int shift : new int[] {1, 2, 16, WIDTH, 2 * WIDTH, WIDTH + 1}) {
      assertThat(agreement(kept, kept, shift)).as("%d apart", shift).isCloseTo(0.5, within(near));
    }
  }

  private static double agreement(float[] one, float[] other, int shift) {
    return IntStream.range(0, one.length)
            .filter(i -> one[i] == other[(i + shift) % one.length])
            .count()
        / (double) one.length;
  }

  /**
   * The mean over seeds of {@code B A x / (1 - p)}, with x dropped, is {@code B A x}: within five
   * of the deviations that a mean of 400 draws has.
   */
  @Test
  void shouldLeaveTheAdaptersMeanAsItIs() {
    TorchProgram program = program(0.3);
    int in = CONFIG.hiddenSize();
    Random random = new Random(1);
    NDArray x = drawn(random, 1, in);
    List<NDArray> weights = List.of(tensors.read(zeros(in), Dtype.F32));
    NDArray a = drawn(random, 2, in);
    NDArray b = drawn(random, in, 2);
    List<NDArray> none =
        new ArrayList<>(Collections.nCopies(DecoderSlots.adapters(CONFIG.numHiddenLayers()), a));
    none.set(1, b);
    double[] expected = project(program, x, weights, none);
    double[] sum = new double[in];
    double[] squares = new double[in];
    int draws = 400;
    for (int seed = 0; seed < draws; seed++) {
      List<NDArray> dropping = new ArrayList<>(none);
      int[] key = {(int) RandomDraws.combine(seed)};
      dropping.add(program.tensor(manager, Gradients.OFF, "dropout_keys", weights, key));
      double[] one = project(program, x, weights, dropping);
      for (int i = 0; i < in; i++) {
        sum[i] += one[i];
        squares[i] += one[i] * one[i];
      }
    }
    for (int i = 0; i < in; i++) {
      double mean = sum[i] / draws;
      double deviation = Math.sqrt((squares[i] / draws - mean * mean) / draws);
      assertThat(mean).isCloseTo(expected[i], within(5 * deviation));
      assertThat(deviation).isPositive();
    }
  }

  private double[] project(
      TorchProgram program, NDArray x, List<NDArray> weights, List<NDArray> adapters) {
    float[] values =
        ArrayValues.floats(
            program.tensor(manager, Gradients.OFF, "project", x, weights, 0, -1, adapters, 0));
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private NDArray drawn(Random random, long rows, long columns) {
    float[] values = new float[(int) (rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return tensors.read(NamedTensor.of("drawn", List.of(rows, columns), values), Dtype.F32);
  }

  private static NamedTensor zeros(long size) {
    return NamedTensor.of("zero", List.of(size, size), new float[(int) (size * size)]);
  }

  @Test
  void shouldDropTheSameWhereSequencesOfOneSeedBeginAlike() {
    int[] prompt = {3, 4, 5};
    int[] one = Dropout.keys(new TokenSequence(prompt, new int[] {6, 7, 8}), 1);
    int[] other = Dropout.keys(new TokenSequence(prompt, new int[] {6, 9, 8}), 1);
    int[] elsewhere = Dropout.keys(new TokenSequence(prompt, new int[] {6, 7, 8}), 2);
    assertThat(one).hasSize(5).doesNotHaveDuplicates();
    assertThat(Arrays.copyOf(other, 4)).isEqualTo(Arrays.copyOf(one, 4));
    assertThat(other[4]).isNotEqualTo(one[4]);
    assertThat(elsewhere).doesNotContain(one);
  }

  @Test
  void shouldShareAPromptAmongSequencesOfOneSeedAlone() {
    int[] prompt = {3, 4, 5};
    List<TokenSequence> pair =
        List.of(
            new TokenSequence(prompt, new int[] {6, 7, 8}),
            new TokenSequence(prompt, new int[] {9, 8}));
    FlatBatch shared = FlatBatch.of(pair, CONFIG, new Dropout(List.of(1L, 1L)));
    FlatBatch apart = FlatBatch.of(pair, CONFIG, new Dropout(List.of(1L, 2L)));
    int[] first = Dropout.keys(pair.get(0), 1);
    int[] second = Dropout.keys(pair.get(1), 1);
    int[] other = Dropout.keys(pair.get(1), 2);
    assertThat(shared.dropoutKeys())
        .containsExactly(first[0], first[1], first[2], first[3], first[4], second[3], 0, 0);
    assertThat(apart.dropoutKeys())
        .startsWith(first)
        .contains(other[0], other[1], other[2], other[3])
        .hasSize(16);
    assertThat(FlatBatch.of(pair, CONFIG).dropoutKeys()).isEmpty();
  }

  /** In one shape, whatever lies beside it; and in the other layout to the last bits. */
  @Test
  void shouldGiveASequenceTheSameNumbersInAnyCompany(@TempDir Path folder) throws Exception {
    CheckpointFolder checkpoint = TinyModels.write(folder, CONFIG, 1);
    LoraTargets targets = new LoraTargets(List.of(Lora.ALL_LINEAR));
    FineTuning tuning = new FineTuning(Optional.of(new Lora(2, 8, false, 0.3, targets, 7)), false);
    PassShape shape = new PassShape(4, 48);
    List<TokenSequence> batch = TinyModels.sequences(3, CONFIG.vocabSize(), 2);
    try (TrainableModel model = TrainableModel.load(checkpoint, CPU, tuning)) {
      Random random = new Random(5);
      for (String name : model.parameters().names()) {
        float[] values = model.parameters().get(name);
        for (int i = 0; i < values.length; i++) {
          values[i] = 0.3f * (float) random.nextGaussian();
        }
        model.parameters().set(name, values);
      }
      Dropout dropout = new Dropout(List.of(5L, 6L, 7L));
      float[][] together = logprobs(model, batch, shape, dropout);
      try (ForwardPass flat = model.forward(batch, dropout)) {
        for (int i = 0; i < together.length; i++) {
          assertThat(flat.logprobs()[i]).containsExactly(together[i], within(1e-4f));
        }
      }
      float[][] alone = logprobs(model, batch.subList(1, 2), shape, new Dropout(List.of(6L)));
      float[][] otherwise = logprobs(model, batch.subList(1, 2), shape, new Dropout(List.of(8L)));
      float[][] seen = logprobs(model, batch.subList(1, 2), shape, Dropout.NONE);
      assertThat(alone[0]).isEqualTo(together[1]).isNotEqualTo(otherwise[0]).isNotEqualTo(seen[0]);
      try (ForwardPass evaluation = model.forward(batch.subList(1, 2), shape)) {
        assertThat(evaluation.logprobs()[0]).isEqualTo(seen[0]);
      }
    }
  }

  private static float[][] logprobs(
      TrainableModel model, List<TokenSequence> batch, PassShape shape, Dropout dropout) {
    try (ForwardPass pass = model.forward(batch, shape, dropout)) {
      return pass.logprobs();
    }
  }
}
