package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RopeScalingTest {

  /** Llama 3.1: factor 8, low 1, high 4, 8192 positions. */
  private static final RopeScaling LLAMA3 = new RopeScaling.Llama3(8, 1, 4, 8192);

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

  @Test
  void shouldDivideAllFrequenciesLinearly() {
    assertThat(new RopeScaling.Linear(4).scale(0.5)).isEqualTo(0.125);
  }

  @Test
  void shouldRefuseFactorsThatShrink() {
    assertThatThrownBy(() -> new RopeScaling.Linear(0.5)).hasMessageContaining("factor");
    assertThatThrownBy(() -> new RopeScaling.Llama3(8, 4, 1, 8192))
        .hasMessageContaining("low_freq_factor");
  }
}
