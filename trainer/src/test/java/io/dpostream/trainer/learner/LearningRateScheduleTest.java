package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.trainer.LrSchedulerType;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

  @Test
  void shouldRiseFromZeroAndStay() {
    LearningRateSchedule schedule = new LearningRateSchedule(LrSchedulerType.CONSTANT, 8, 4, 0);
    assertThat(rates(schedule, 7)).containsExactly(0, 2, 4, 6, 8, 8, 8);
  }

  @Test
  void shouldFallLinearly() {
    // transformers' get_linear_schedule_with_warmup: (10 − done) / (10 − 2) after the warm-up
    LearningRateSchedule schedule = new LearningRateSchedule(LrSchedulerType.LINEAR, 8, 2, 10);
    assertThat(rates(schedule, 12)).containsExactly(0, 4, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0);
  }

  @Test
  void shouldFallAlongHalfACosine() {
    LearningRateSchedule schedule = new LearningRateSchedule(LrSchedulerType.COSINE, 2, 0, 4);
    assertThat(schedule.rate(1)).isEqualTo(2);
    assertThat(schedule.rate(2)).isCloseTo(1 + Math.sqrt(0.5), within(1e-12));
    assertThat(schedule.rate(3)).isCloseTo(1, within(1e-12));
    assertThat(schedule.rate(6)).isCloseTo(0, within(1e-12));
  }

  private static double[] rates(LearningRateSchedule schedule, int steps) {
    double[] rates = new double[steps];
    for (int i = 0; i < steps; i++) {
      rates[i] = schedule.rate(i + 1);
    }
    return rates;
  }
}
