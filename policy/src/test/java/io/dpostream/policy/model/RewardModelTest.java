package io.dpostream.policy.model;

import static io.dpostream.policy.model.TinyModels.CPU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.ModelConfig.Family;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RewardModelTest {
  private static final Path GOLDENS = Path.of("src/test/resources/reward");
  private static final List<int[]> SEQUENCES =
      List.of(new int[] {1, 5, 9, 30, 2}, new int[] {1, 7}, new int[] {1, 11, 12, 13, 14, 2});

  @TempDir Path scratch;

  /**
   * The models and their scores are written by transformers 5.23.0, see
   * benchmarks/peers/transformers/reward_goldens.py. One sequence ends in filling; the Qwen2's
   * filling is its end token, so that its scores are read one token earlier.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2"})
  void shouldGiveTheScoresOfTransformers(String name) throws IOException {
    Path folder = GOLDENS.resolve(name);
    List<int[]> sequences = new ArrayList<>();
    List<Double> expected = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    for (JsonNode row : json.readTree(new File(folder.toFile(), "scores.json"))) {
      sequences.add(json.treeToValue(row.get("ids"), int[].class));
      expected.add(row.get("score").asDouble());
    }
    assertThat(expected).hasSize(5);

    try (RewardModel model = RewardModel.load(CheckpointFolder.open(folder), CPU)) {
      float[] together = model.scores(sequences);
      for (int i = 0; i < sequences.size(); i++) {
        assertThat((double) together[i]).isCloseTo(expected.get(i), within(1e-5));
        assertThat((double) model.scores(List.of(sequences.get(i)))[0])
            .isCloseTo(expected.get(i), within(1e-5));
      }
    }
  }

  /** Central differences of sum(weight * score), in float32: 2e-3 relative is what they give. */
  @Test
  void shouldGiveTheGradientOfTheScores() throws IOException {
    CheckpointFolder folder = TinyModels.write(scratch, TinyModels.config(Family.LLAMA), 3);
    double[] weights = {1, -0.5, 2};
    try (TrainableModel model = TrainableModel.loadReward(folder, CPU, 4)) {
      Parameters parameters = model.parameters();
      assertThat(parameters.names()).contains("score.weight");
      float[] scaled = parameters.get("score.weight");
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] *= 20;
      }
      parameters.set("score.weight", scaled);
      try (RewardForwardPass pass = model.forwardScores(SEQUENCES)) {
        pass.backward(weights);
        assertThatThrownBy(() -> pass.backward(weights)).isInstanceOf(IllegalStateException.class);
      }
      for (String name :
          List.of("score.weight", "model.norm.weight", "model.layers.0.self_attn.q_proj.weight")) {
        int at = parameters.names().indexOf(name);
        float[] gradient = parameters.gradients().get(at).toFloatArray();
        float[] values = parameters.get(name);
        for (int i : new int[] {0, 7, values.length - 1}) {
          float kept = values[i];
          values[i] = kept + 1e-2f;
          parameters.set(name, values);
          double above = weighted(model, weights);
          values[i] = kept - 1e-2f;
          parameters.set(name, values);
          double below = weighted(model, weights);
          values[i] = kept;
          parameters.set(name, values);
          double difference = (above - below) / 2e-2;
          assertThat((double) gradient[i])
              .as(name + "[" + i + "]")
              .isCloseTo(difference, within(2e-3 * Math.max(1, Math.abs(difference))));
        }
      }
    }
  }

  @Test
  void shouldDrawTheSameHeadFromTheSameSeed() throws IOException {
    CheckpointFolder folder = TinyModels.write(scratch, TinyModels.config(Family.QWEN2), 3);

    assertThat(drawn(folder, 1)).isEqualTo(drawn(folder, 1)).isNotEqualTo(drawn(folder, 2));
  }

  @Test
  void shouldNotMixUpLanguageModelsAndRewardModels() throws IOException {
    CheckpointFolder language = TinyModels.write(scratch, TinyModels.config(Family.LLAMA), 3);
    CheckpointFolder reward = CheckpointFolder.open(GOLDENS.resolve("llama"));

    assertThatThrownBy(() -> RewardModel.load(language, CPU))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("give a reward model");
    assertThatThrownBy(() -> LanguageModel.load(reward, CPU))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is a reward model, which writes no text");
    assertThatThrownBy(() -> TrainableModel.load(reward, CPU))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is a reward model, which writes no text");
  }

  @Test
  void shouldRefuseWhatItCannotScore() {
    try (RewardModel model =
        RewardModel.load(CheckpointFolder.open(GOLDENS.resolve("llama")), CPU)) {
      assertThatThrownBy(() -> model.scores(List.of(new int[33])))
          .hasMessageContaining("a sequence of 33 tokens is longer than the model's 32");
      assertThatThrownBy(() -> model.scores(List.of(new int[] {40})))
          .hasMessageContaining("token id 40");
      assertThatThrownBy(() -> model.scores(List.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static double weighted(TrainableModel model, double[] weights) {
    try (RewardForwardPass pass = model.forwardScores(SEQUENCES)) {
      float[] scores = pass.scores();
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * scores[i];
      }
      return sum;
    }
  }

  private static float[] drawn(CheckpointFolder folder, long seed) {
    try (TrainableModel model = TrainableModel.loadReward(folder, CPU, seed)) {
      return model.parameters().get("score.weight");
    }
  }
}
