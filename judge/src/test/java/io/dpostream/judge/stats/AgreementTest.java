package io.dpostream.judge.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AgreementTest {
  @Test
  void shouldGiveCohensKappa() {
    // p_o = (20 + 15) / 50 = .7; p_e = (25 * 30 + 25 * 20) / 2500 = .5; kappa = .2 / .5
    Agreement agreement = Agreement.of(new long[][] {{20, 5}, {10, 15}});

    assertThat(agreement.observed()).isEqualTo(0.7, within(1e-12));
    assertThat(agreement.kappa()).isEqualTo(0.4, within(1e-12));
    // sqrt(.7 * .3 / (50 * .25))
    assertThat(agreement.standardError()).isEqualTo(Math.sqrt(0.0168), within(1e-12));
  }

  @Test
  void shouldGiveOneForFullAgreementAndZeroForChance() {
    assertThat(Agreement.of(new long[][] {{5, 0}, {0, 7}}).kappa()).isEqualTo(1.0);
    assertThat(Agreement.of(new long[][] {{4, 4}, {4, 4}}).kappa()).isEqualTo(0.0);
  }

  @Test
  void shouldRefuseAnEmptyTable() {
    assertThatThrownBy(() -> Agreement.of(new long[2][2]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
