package io.dpostream.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.ModelConfig.Family;
import io.dpostream.policy.ModelConfig.Head;
import io.dpostream.policy.ModelConfig.SlidingWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FineTuningTest {
  private static final ModelConfig LLAMA = TinyModels.config(Family.LLAMA);
  private static final Lora LORA = new Lora(3, 6, Lora.TARGETS, 5);

  @TempDir Path folder;

  /** Each layer's graph is made twice from the same numbers: the same gradients up to rounding. */
  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldHaveTheSameGradientWithCheckpoints(Family family) throws IOException {
    ModelConfig config =
        TinyModels.config(
            family,
            family == Family.MISTRAL ? Optional.of(new SlidingWindow(3, 1)) : Optional.empty(),
            new RopeScaling.None());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<TokenSequence> batch = TinyModels.sequences(5, config.vocabSize(), 2);
    try (TrainableModel kept = TrainableModel.load(checkpoint, TinyModels.CPU);
        TrainableModel redone =
            TrainableModel.load(
                checkpoint, TinyModels.CPU, new FineTuning(Optional.empty(), true), 4)) {
      for (boolean packed : new boolean[] {false, true}) {
        step(kept, batch, packed);
        step(redone, batch, packed);
        assertSame(gradients(redone), gradients(kept));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTrainAdaptersAlone(boolean checkpointing) throws IOException {
    CheckpointFolder checkpoint = TinyModels.write(folder, LLAMA, 1);
    List<TokenSequence> batch = TinyModels.sequences(4, LLAMA.vocabSize(), 2);
    FineTuning tuning = new FineTuning(Optional.of(LORA), checkpointing);
    EngineOptions exact = new EngineOptions("cpu", "float64", 1);
    try (TrainableModel model = TrainableModel.load(checkpoint, exact, tuning)) {
      assertThat(model.parameters().names())
          .hasSize(2 * 7 * 2)
          .contains("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight");
      move(model);
      step(model, batch, false);
      List<float[]> gradients = gradients(model);
      Random random = new Random(4);
      for (int p = 0; p < gradients.size(); p++) {
        String name = model.parameters().names().get(p);
        int i = random.nextInt(gradients.get(p).length);
        double expected = slope(model, batch, name, i);
        assertThat((double) gradients.get(p)[i])
            .as(name)
            .isCloseTo(expected, within(2e-3 * Math.max(0.05, Math.abs(expected))));
      }
    }
  }

  /** B is zero at first. */
  @Test
  void shouldBeginAsItsBase() throws IOException {
    CheckpointFolder checkpoint = TinyModels.write(folder, LLAMA, 1);
    List<TokenSequence> batch = TinyModels.sequences(4, LLAMA.vocabSize(), 2);
    try (LanguageModel base = LanguageModel.load(checkpoint, TinyModels.CPU);
        TrainableModel model =
            TrainableModel.load(
                checkpoint, TinyModels.CPU, new FineTuning(Optional.of(LORA), false));
        ForwardPass pass = model.forward(batch)) {
      assertThat(model.sha256()).isEqualTo(base.sha256());
      float[][] expected = base.logprobs(batch);
      for (int row = 0; row < expected.length; row++) {
        assertThat(pass.logprobs()[row]).containsExactly(expected[row], within(1e-6f));
      }
    }
  }

  @Test
  void shouldMergeItsAdaptersIntoAPlainModel() throws IOException {
    CheckpointFolder checkpoint = TinyModels.write(folder, LLAMA, 1);
    List<TokenSequence> batch = TinyModels.sequences(4, LLAMA.vocabSize(), 2);
    Path merged = Files.createDirectories(folder.resolve("merged"));
    try (TrainableModel model =
        TrainableModel.load(checkpoint, TinyModels.CPU, new FineTuning(Optional.of(LORA), false))) {
      String before = model.sha256();
      move(model);
      assertThat(model.sha256()).isNotEqualTo(before);
      SafetensorsWriter.write(merged.resolve("model.safetensors"), model.policy());
      try (LanguageModel plain =
              LanguageModel.load(new CheckpointFolder(merged, LLAMA), TinyModels.CPU);
          ForwardPass pass = model.forward(batch)) {
        assertThat(plain.sha256()).isEqualTo(model.sha256());
        float[][] expected = plain.logprobs(batch);
        for (int row = 0; row < expected.length; row++) {
          assertThat(pass.logprobs()[row]).containsExactly(expected[row], within(1e-5f));
        }
      }
    }
  }

  @Test
  void shouldRefuseTargetsThatAreNoProjections() {
    assertThatThrownBy(() -> new Lora(8, 16, List.of("lm_head"), 0))
        .hasMessageStartingWith("lora_target_modules: 'lm_head' is not one of");
    assertThatThrownBy(() -> new Lora(0, 16, Lora.TARGETS, 0)).hasMessageStartingWith("lora_r: 0");
  }

  /** The filling beside the shorter sequence changes nothing; the score's slope is 1 by itself. */
  @Test
  void shouldScoreSequencesAtTheirLastTokens() throws IOException {
    ModelConfig config = LLAMA.withHead(Head.SEQUENCE_CLASSIFICATION);
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<int[]> sequences = List.of(new int[] {3, 1, 4}, new int[] {1, 5, 9, 2, 6, 5});
    try (LanguageModel frozen = LanguageModel.load(checkpoint, TinyModels.CPU);
        TrainableModel model = TrainableModel.load(checkpoint, TinyModels.CPU);
        ScorePass pass = model.forwardScores(sequences)) {
      float[] scores = frozen.scores(sequences);
      assertThat(pass.scores()).containsExactly(scores, within(1e-6f));
      assertThat(frozen.scores(sequences.subList(0, 1))[0]).isCloseTo(scores[0], within(1e-5f));
      assertThat(scores[0]).isNotEqualTo(scores[1]);
      pass.backward(new double[] {1, -1});
      // The head is linear: weight . d(score difference)/d(weight) is the difference itself.
      float[] weight = model.parameters().get("score.weight");
      float[] gradient = gradients(model).get(model.parameters().names().indexOf("score.weight"));
      double product = 0;
      for (int i = 0; i < weight.length; i++) {
        product += (double) weight[i] * gradient[i];
      }
      assertThat(product).isCloseTo(scores[0] - scores[1], within(1e-5));
    }
  }

  @Test
  void shouldRefuseScoresOfALanguageModel() throws IOException {
    try (LanguageModel model =
        LanguageModel.load(TinyModels.write(folder, LLAMA, 1), TinyModels.CPU)) {
      assertThatThrownBy(() -> model.scores(List.of(new int[] {1})))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("CAUSAL_LM");
    }
  }

  private static void step(TrainableModel model, List<TokenSequence> batch, boolean packed) {
    try (ForwardPass pass = packed ? model.forwardPacked(List.of(batch)) : model.forward(batch)) {
      pass.backward(ones(batch));
    }
  }

  private static double[][] ones(List<TokenSequence> batch) {
    return batch.stream()
        .map(
            sequence -> {
              double[] row = new double[sequence.completion().length];
              Arrays.fill(row, 1);
              return row;
            })
        .toArray(double[][]::new);
  }

  private static List<float[]> gradients(TrainableModel model) {
    return model.parameters().gradients().stream().map(NDArray::toFloatArray).toList();
  }

  private static void assertSame(List<float[]> found, List<float[]> expected) {
    for (int p = 0; p < expected.size(); p++) {
      assertThat(found.get(p)).containsExactly(expected.get(p), within(2e-5f));
    }
  }

  /** Gives every adapter values of its own. */
  private static void move(TrainableModel model) {
    Random random = new Random(9);
    for (String name : model.parameters().names()) {
      float[] values = model.parameters().get(name);
      for (int i = 0; i < values.length; i++) {
        values[i] += 0.1f * (float) random.nextGaussian();
      }
      model.parameters().set(name, values);
    }
  }

  private static double slope(TrainableModel model, List<TokenSequence> batch, String name, int i) {
    float[] values = model.parameters().get(name);
    float original = values[i];
    double[] sum = new double[2];
    float[] sides = {original + 0x1p-9f, original - 0x1p-9f};
    for (int side = 0; side < 2; side++) {
      values[i] = sides[side];
      model.parameters().set(name, values);
      try (ForwardPass pass = model.forward(batch)) {
        sum[side] = Arrays.stream(pass.exactLogprobs()).sum();
      }
    }
    values[i] = original;
    model.parameters().set(name, values);
    return (sum[0] - sum[1]) / ((double) sides[0] - sides[1]);
  }
}
