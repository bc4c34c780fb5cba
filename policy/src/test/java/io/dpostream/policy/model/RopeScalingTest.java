package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.RopeScaling.Rotation;
import org.junit.jupiter.api.Test;

class RopeScalingTest {

  /** Llama 3.1: factor 8, low 1, high 4, 8192 positions. */
  private static final RopeScaling.Llama3 LLAMA3 = new RopeScaling.Llama3(8, 1, 4, 8192);

  private static final Rotation ROTATION = new Rotation(10_000, 8, 100);

  @Test
  void shouldDivideWavelengthsBeyondTheOriginalContext() {
    double frequency = 2 * Math.PI / 8193;
    assertThat(LLAMA3.scale(frequency)).isCloseTo(frequency / 8, within(1e-15));
  }

  @Test
  void shouldKeepWavelengthsBelowAQuarterOfIt() {
    double frequency = 2 * Math.PI / 2047;
    assertThat(LLAMA3.scale(frequency)).isEqualTo(frequency);
  }

  /** Wavelength 4096 turns twice: (2 - 1) / (4 - 1) = 1/3 is kept, 2/3 divided by 8. */
  @Test
  void shouldBlendBetween() {
    double frequency = 2 * Math.PI / 4096;
    assertThat(LLAMA3.scale(frequency))
        .isCloseTo(frequency * (1.0 / 3 + 2.0 / 3 / 8), within(1e-15));
  }

  /** A base of 10,000 and a head of 8: 1, 1/10, 1/100, 1/1000. */
  @Test
  void shouldDivideAllFrequenciesLinearly() {
    assertThat(new RopeScaling.Linear(4).frequencies(ROTATION, 0))
        .containsExactly(new double[] {0.25, 0.025, 0.0025, 0.00025}, within(1e-15));
  }

  /** 150 of 100 positions at factor 2: the base grows by (3 - 1)^(8/6), so its root by 2^(1/3). */
  @Test
  void shouldRaiseTheBaseForSequencesBeyondTheContext() {
    RopeScaling dynamic = new RopeScaling.Dynamic(2);
    assertThat(dynamic.frequencies(ROTATION, 100))
        .isEqualTo(new RopeScaling.None().frequencies(ROTATION, 100));
    assertThat(dynamic.frequencies(ROTATION, 150)[1]).isCloseTo(0.1 / Math.cbrt(2), within(1e-15));
    assertThat(dynamic.contextLength(100)).isEqualTo(100);
  }

  @Test
  void shouldStretchTheContextByYarn() {
    RopeScaling yarn = new RopeScaling.Yarn(4, 32_768, 1.1, 32, 1, true);
    assertThat(yarn.contextLength(32_768)).isEqualTo(131_072);
    assertThat(yarn.contextLength(200_000)).isEqualTo(200_000);
    assertThat(yarn.attentionFactor()).isEqualTo(1.1);
  }

  @Test
  void shouldRefuseFactorsThatShrink() {
    assertThatThrownBy(() -> new RopeScaling.Linear(0.5)).hasMessageContaining("factor");
    assertThatThrownBy(() -> new RopeScaling.Dynamic(0.5)).hasMessageContaining("factor");
    assertThatThrownBy(() -> new RopeScaling.Llama3(8, 4, 1, 8192))
        .hasMessageContaining("low_freq_factor");
    assertThatThrownBy(() -> new RopeScaling.Yarn(4, 64, 1, 1, 32, true))
        .hasMessageContaining("beta_slow");
    assertThatThrownBy(() -> new RopeScaling.Yarn(4, 0, 1, 32, 1, true))
        .hasMessageContaining("original_max_position_embeddings");
  }
}
