package io.dpostream.pipeline.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.pipeline.dashboard.StepSeries.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepSeriesTest {
  @Test
  void shouldKeepEveryStepOfAShortRun() {
    assertThat(steps(3, 4)).containsExactly(1L, 2L, 3L);
  }

  @Test
  void shouldThinALongRunEvenlyAndKeepItsLastStep() {
    // at 5 of 4: every 2nd; at 10: 2 4 6 8 10 is 5 of 4, so every 4th; 11 is the last
    assertThat(steps(11, 4)).containsExactly(4L, 8L, 11L);
    assertThat(steps(100_000, 400)).hasSizeBetween(200, 401).endsWith(100_000L).isSorted();
  }

  private static List<Long> steps(int count, int most) {
    StepSeries series = new StepSeries(most);
    for (int i = 1; i <= count; i++) {
      series.add(Runs.step(i, 0.5));
    }
    return series.points().stream().map(Point::step).toList();
  }
}
