package io.dpostream.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {

  @Test
  void shouldMatchTheValueSolvedByHand() {
    // 8 of 10 with z² = 3.841459: scale 1 / 1.3841459 = .722467; centre .722467 (.8 + .192073) =
    // .716738; half .722467 * 1.959964 * sqrt(.016 + .00960365) = .226580.
    Interval interval = Interval.wilson95(8, 10);

    assertThat(interval.low()).isCloseTo(0.490158, within(2e-5));
    assertThat(interval.high()).isCloseTo(0.943318, within(2e-5));
  }

  @Test
  void shouldStayInsideZeroAndOne() {
    // With every trial a success the interval is [n / (n + z²), 1].
    assertThat(Interval.wilson95(5, 5).low()).isCloseTo(5 / (5 + 3.841459), within(1e-6));
    assertThat(Interval.wilson95(5, 5).high()).isEqualTo(1);
    assertThat(Interval.wilson95(0, 5).low()).isEqualTo(0);
    assertThat(Interval.wilson95(0, 0)).isEqualTo(new Interval(0, 1));
  }

  @Test
  void shouldRefuseMoreSuccessesThanTrials() {
    assertThatThrownBy(() -> Interval.wilson95(3, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
