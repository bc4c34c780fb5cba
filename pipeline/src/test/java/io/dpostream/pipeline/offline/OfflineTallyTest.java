package io.dpostream.pipeline.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OfflineTallyTest {
  private final OfflineTally tally = new OfflineTally(new PrintWriter(new StringWriter()));

  @Test
  void shouldSayHowManyPairsWereSkippedOrShortened() {
    tally.history(step(1, Map.of("truncated/prompts", 2.0)));
    tally.recorded(step(2, Map.of("truncated/prompts", 1.0, "truncated/completions", 4.0)));

    assertThat(tally.pairs()).isEqualTo(6);
    assertThat(tally.shortened())
        .containsExactly(
            "shortened 4: a completion beyond trainer.max_length, or the model's context, has lost its end",
            "shortened 3: a prompt beyond trainer.max_prompt_length has lost its beginning");
    assertThat(tally.skipped()).containsExactly("skipped 2: a prompt of n tokens is too long");
  }

  @Test
  void shouldSayNothingOfPairsThatAreWhole() {
    tally.recorded(step(1, Map.of("loss", 0.5)));

    assertThat(tally.shortened()).isEmpty();
  }

  private static TrainingStep step(long number, Map<String, Double> metrics) {
    Skipped skipped =
        Skipped.newBuilder()
            .setPartition(0)
            .setOffset(number)
            .setReason("a prompt of " + (1000 + number) + " tokens is too long")
            .build();
    StepTaken taken =
        StepTaken.newBuilder()
            .setStep(number)
            .setRanges(List.of())
            .setSkipped(List.of(skipped))
            .setPairs(3)
            .setLoss(0.5)
            .setMetrics(metrics)
            .setTokens(10)
            .setDigest("")
            .setDurationMs(1)
            .build();
    return TrainingStep.newBuilder()
        .setRunId("run")
        .setSequence(number)
        .setEvent(taken)
        .setRecordedAt(Instant.EPOCH)
        .build();
  }
}
