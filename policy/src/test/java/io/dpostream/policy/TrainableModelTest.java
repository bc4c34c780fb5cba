package io.dpostream.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.ModelConfig.Family;
import io.dpostream.policy.ModelConfig.SlidingWindow;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainableModelTest {
  @TempDir Path folder;

  /**
   * The derivative of sum(d * logprobs) along single weights. Computed in float64 over float32
   * masters that move by 2^-9, the central difference errs by about 2^-18 times the third
   * derivative.
   */
  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldHaveTheGradientOfFiniteDifferences(Family family) throws Exception {
    ModelConfig config =
        TinyModels.config(
            family,
            family == Family.MISTRAL ? Optional.of(new SlidingWindow(3, 0)) : Optional.empty(),
            family == Family.LLAMA ? new RopeScaling.Llama3(8, 1, 4, 16) : new RopeScaling.None());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<TokenSequence> batch = TinyModels.sequences(4, config.vocabSize(), 2);
    Random random = new Random(3);
    try (TrainableModel model =
        TrainableModel.load(checkpoint, new EngineOptions("cpu", "float64", 1))) {
      double[][] d =
          batch.stream()
              .map(s -> random.doubles(s.completion().length, -1, 1).toArray())
              .toArray(double[][]::new);
      try (ForwardPass pass = model.forward(batch)) {
        pass.backward(d);
      }
      for (int p = 0; p < model.parameters().values().size(); p++) {
        String name = model.parameters().names().get(p);
        float[] gradient = model.parameters().gradients().get(p).toFloatArray();
        for (int draw = 0; draw < 3; draw++) {
          int i = random.nextInt(gradient.length);
          double expected = slope(model, batch, d, name, i);
          assertThat((double) gradient[i])
              .as(name + "[" + i + "]")
              .isCloseTo(expected, within(2e-3 * Math.max(0.05, Math.abs(expected))));
        }
      }
    }
  }

  private static double slope(
      TrainableModel model, List<TokenSequence> batch, double[][] d, String name, int i) {
    float[] values = model.parameters().get(name);
    float original = values[i];
    float up = original + 0x1p-9f;
    float down = original - 0x1p-9f;
    double[] loss = new double[2];
    for (int side = 0; side < 2; side++) {
      values[i] = side == 0 ? up : down;
      model.parameters().set(name, values);
      try (ForwardPass pass = model.forward(batch)) {
        double[] logprobs = pass.exactLogprobs();
        int next = 0;
        for (double[] row : d) {
          for (double weight : row) {
            loss[side] += weight * logprobs[next++];
          }
        }
      }
    }
    values[i] = original;
    model.parameters().set(name, values);
    return (loss[0] - loss[1]) / ((double) up - down);
  }
}
