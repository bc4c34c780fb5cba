package io.dpostream.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DisplacementWatchTest {
  private final DisplacementWatch watch = new DisplacementWatch(4);

  @Test
  void shouldWarnOnceWhenChosenFallsWhileTheMarginGrows() {
    assertThat(add(-10, 0)).isEmpty();
    assertThat(add(-10, 0)).isEmpty();
    assertThat(add(-12, 1)).isEmpty();
    // (−12 − 14)/2 − (−10 − 10)/2 = −3 and (1 + 3)/2 − 0 = 2; the standard errors are 1.
    assertThat(add(-14, 3))
        .hasValueSatisfying(w -> assertThat(w).contains("fell by 3", "grew by 2"));
    assertThat(add(-16, 4)).isEmpty();
  }

  @Test
  void shouldStayQuietWhenChosenRises() {
    for (int step = 0; step < 10; step++) {
      assertThat(add(-10 + step, step)).isEmpty();
    }
  }

  @Test
  void shouldStayQuietWhenBatchesDifferMoreThanTheMeansDo() {
    // (−9 − 13)/2 − (−10 − 10)/2 = −1, of which the standard error is 2.
    assertThat(add(-10, 0)).isEmpty();
    assertThat(add(-10, 0)).isEmpty();
    assertThat(add(-9, 2)).isEmpty();
    assertThat(add(-13, 2)).isEmpty();
  }

  @Test
  void shouldWarnAgainAboutAnotherStretch() {
    int warnings = 0;
    double[] chosen = {0, 0, -1, -2, 0, 2, 4, 4, 2, 0, -2};
    for (int step = 0; step < chosen.length; step++) {
      warnings += add(chosen[step], step).isPresent() ? 1 : 0;
    }
    assertThat(warnings).isEqualTo(2);
  }

  private Optional<String> add(double chosen, double margin) {
    return watch.add(Map.of("logps/chosen", chosen, "rewards/margins", margin));
  }
}
