package io.dpostream.pipeline.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.schemas.OutcomeKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTableTest {

  private final StringWriter text = new StringWriter();

  private static Progress at(long step) {
    return new Progress(
        step,
        0.6412,
        0.25,
        0.75,
        100,
        30,
        0,
        Map.of(OutcomeKind.TIE, 70L),
        80,
        20,
        1,
        Optional.of(new Progress.Version(3, "file:/x", "aa", "bb", step)));
  }

  @Test
  void shouldPrintARowEveryFewStepsAndNothingElseWhenNotOnATerminal() {
    try (ProgressTable table = new ProgressTable(new PrintWriter(text), false, 10)) {
      for (long step = 0; step <= 25; step++) {
        table.show(at(step), Optional.of(new WinRate(3, 1, 6)), Duration.ofSeconds(step));
      }
    }

    assertThat(text.toString().lines())
        .containsExactly(
            "   step     loss   margin  accuracy  pairs = outcomes + waiting  version  win rate   time",
            "     10    0.641    0.250     0.750    100 =       70 +      30        3     0.750    10s",
            "     20    0.641    0.250     0.750    100 =       70 +      30        3     0.750    20s");
  }

  @Test
  void shouldDrawOverTheLastLineOnATerminal() {
    try (ProgressTable table = new ProgressTable(new PrintWriter(text), true, 10)) {
      table.show(at(1), Optional.empty(), Duration.ZERO);
      table.show(at(2), Optional.empty(), Duration.ZERO);
    }

    assertThat(text.toString().split("\r\u001b\\[K", -1))
        .hasSize(4)
        .satisfies(parts -> assertThat(parts[3]).isEmpty());
  }
}
