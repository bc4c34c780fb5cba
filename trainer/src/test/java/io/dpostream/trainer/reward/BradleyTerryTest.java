package io.dpostream.trainer.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BradleyTerryTest {

  /** By hand: −ln σ(2 − 1 − 0.5) = ln(1 + e^−0.5) = 0.474077; 0.1 · (2 + 1)² = 0.9. */
  @Test
  void shouldAddTheLogisticLossAndThePullToTheMean() {
    assertThat(BradleyTerry.of(2, 1, 0.5, 0).loss()).isCloseTo(0.474077, within(1e-6));
    assertThat(BradleyTerry.of(2, 1, 0.5, 0.1).loss()).isCloseTo(1.374077, within(1e-6));
    assertThat(BradleyTerry.of(3, 3, 0, 0).loss()).isCloseTo(Math.log(2), within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0.5, 0.1", "-3, 4, 0, 0", "0.2, 0.1, 2, 0.5", "10, -30, 0, 0.01"})
  void shouldGiveTheDerivatives(double c, double r, double margin, double centering) {
    double e = 1e-6;
    BradleyTerry at = BradleyTerry.of(c, r, margin, centering);

    assertThat(at.dChosen())
        .isCloseTo(
            (BradleyTerry.of(c + e, r, margin, centering).loss()
                    - BradleyTerry.of(c - e, r, margin, centering).loss())
                / (2 * e),
            within(1e-7));
    assertThat(at.dRejected())
        .isCloseTo(
            (BradleyTerry.of(c, r + e, margin, centering).loss()
                    - BradleyTerry.of(c, r - e, margin, centering).loss())
                / (2 * e),
            within(1e-7));
  }

  /** A lost pair's loss is its distance, not an overflow of the exponential. */
  @Test
  void shouldStayFiniteForScoresFarApart() {
    assertThat(BradleyTerry.of(-500, 500, 0, 0).loss()).isCloseTo(1000, within(1e-9));
    assertThat(BradleyTerry.of(-500, 500, 0, 0).dChosen()).isEqualTo(-1);
    assertThat(BradleyTerry.of(500, -500, 0, 0).loss()).isEqualTo(0);
  }
}
