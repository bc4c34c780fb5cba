package io.dpostream.pipeline.judges;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.stats.LabelNoise;
import io.dpostream.trainer.service.LabelSmoothingAdvice.Advice;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeasuredLabelSmoothingTest {
  private JudgeSummary summary = JudgeSummary.EMPTY;
  private final MeasuredLabelSmoothing smoothing = new MeasuredLabelSmoothing(() -> summary);

  @Test
  void shouldSayNothingBeforeThereAreEnoughLabels() {
    assertThat(smoothing.current()).isEmpty();
    measured(0.2, 99);
    assertThat(smoothing.current()).isEmpty();
    measured(0.2, 100);
    assertThat(smoothing.current().map(Advice::labelSmoothing)).contains(0.2);
  }

  @Test
  void shouldFollowTheEstimateButNotItsLastDigits() {
    measured(0.1042, 200);
    assertThat(smoothing.current().map(Advice::labelSmoothing)).contains(0.10);
    measured(0.1099, 210);
    assertThat(smoothing.current().map(Advice::labelSmoothing)).contains(0.10);
    measured(0.1142, 220);
    assertThat(smoothing.current().map(Advice::labelSmoothing)).contains(0.11);
    measured(0.06, 300);
    assertThat(smoothing.current().map(Advice::labelSmoothing)).contains(0.06);
  }

  @Test
  void shouldKeepAwayFromLabelsThatSayNothing() {
    measured(0.499, 500);

    assertThat(smoothing.current().map(Advice::labelSmoothing)).contains(0.45);
  }

  @Test
  void shouldSayWhereTheValueComesFrom() {
    measured(0.1042, 200);

    assertThat(smoothing.current().orElseThrow().evidence())
        .startsWith("0.1042 of 200 labels are wrong, by 700 judgments");
  }

  private void measured(double rate, long labels) {
    summary = new JudgeSummary(700, List.of(), Optional.of(new LabelNoise(rate, labels)));
  }
}
