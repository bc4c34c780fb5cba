package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.ModelConfig.Family;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdamWTest {
  private static final String NORM = "model.norm.weight";
  private static final String MATRIX = "model.layers.0.self_attn.q_proj.weight";
  @TempDir Path folder;

  @Test
  void shouldDecayMatricesAndLeaveNorms() {
    try (TrainableModel model = model();
        AdamW optimizer = optimizer(model, 0.5)) {
      float[] before = model.parameters().get(MATRIX);
      optimizer.update(0.1); // all gradients are zero
      float[] after = model.parameters().get(MATRIX);
      assertThat(after[3]).isCloseTo(before[3] * (1 - 0.1f * 0.5f), within(1e-7f));
      assertThat(model.parameters().get(NORM)).containsOnly(1f);
    }
  }

  @Test
  void shouldMoveByTheLearningRateInItsFirstUpdate() {
    // With bias correction the first update is lr · g / (|g| + ε), whatever the gradient's size.
    try (TrainableModel model = model();
        AdamW optimizer = optimizer(model, 0)) {
      model.parameters().gradients().get(index(model)).set(new float[32]);
      float[] gradient = new float[32];
      gradient[0] = 3;
      gradient[1] = -0.01f;
      model.parameters().gradients().get(index(model)).set(gradient);
      assertThat(optimizer.gradientNorm()).isCloseTo(Math.hypot(3, 0.01), within(1e-6));
      optimizer.update(0.1);
      float[] after = model.parameters().get(NORM);
      assertThat(after[0]).isCloseTo(0.9f, within(1e-5f));
      assertThat(after[1]).isCloseTo(1.1f, within(1e-5f));
      assertThat(after[2]).isEqualTo(1f);
    }
  }

  @Test
  void shouldClipToTheNorm() {
    try (TrainableModel model = model();
        AdamW optimizer = optimizer(model, 0)) {
      float[] gradient = new float[32];
      gradient[0] = 3;
      gradient[1] = 4;
      model.parameters().gradients().get(index(model)).set(gradient);
      optimizer.clip(5, 10);
      assertThat(optimizer.gradientNorm()).isCloseTo(5, within(1e-6));
      optimizer.clip(5, 0);
      assertThat(optimizer.gradientNorm()).isCloseTo(5, within(1e-6));
      optimizer.clip(5, 1);
      assertThat(optimizer.gradientNorm()).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void shouldGiveTheNormBeforeClippingAndMoveByTheClippedGradient() {
    // After one update the second moment is (1 - 0.999) * g^2, and the clipped gradient is
    // (0.6, 0.8).
    try (TrainableModel model = model();
        AdamW optimizer = optimizer(model, 0)) {
      setGradient(model, 3, 4);
      assertThat(optimizer.step(0.1, 1)).isCloseTo(5, within(1e-6));
      assertThat(optimizer.updates()).isEqualTo(1);
      float[] second =
          optimizer.export().stream()
              .filter(tensor -> tensor.name().equals("v." + NORM))
              .findFirst()
              .orElseThrow()
              .toFloats();
      assertThat(second[0]).isCloseTo(0.001f * 0.36f, within(1e-8f));
      assertThat(second[1]).isCloseTo(0.001f * 0.64f, within(1e-8f));
    }
  }

  @Test
  void shouldMoveNothingWhereTheNormIsNotFinite() {
    try (TrainableModel model = model();
        AdamW optimizer = optimizer(model, 0.5)) {
      String before = model.sha256();
      setGradient(model, Float.NaN, 1);
      assertThat(optimizer.step(0.1, 1)).isNaN();
      assertThat(optimizer.updates()).isZero();
      assertThat(model.sha256()).isEqualTo(before);
    }
  }

  private static void setGradient(TrainableModel model, float first, float second) {
    float[] gradient = new float[32];
    gradient[0] = first;
    gradient[1] = second;
    model.parameters().gradients().get(index(model)).set(gradient);
  }

  private TrainableModel model() {
    try {
      return TrainableModel.load(
          RandomCheckpoint.write(folder, TinyModels.config(Family.LLAMA), 1, 0.2), TinyModels.CPU);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int index(TrainableModel model) {
    return model.parameters().names().indexOf(NORM);
  }

  private static AdamW optimizer(TrainableModel model, double decay) {
    return new AdamW(new AdamW.Settings(0.9, 0.999, 1e-8, decay), model);
  }
}
