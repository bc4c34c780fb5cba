package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.trainer.ledger.LedgerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepLogTest {
  @TempDir Path dir;

  private static TrainingStep step(long step, double loss) {
    StepTaken taken =
        StepTaken.newBuilder()
            .setStep(step)
            .setRanges(List.of())
            .setPairs(2)
            .setLoss(loss)
            .setMetrics(Map.of("rewards/margins", 0.25, "learning_rate", 1e-4))
            .setTokens(10)
            .setDigest("digest")
            .setDurationMs(7)
            .build();
    return new TrainingStep("r", step, taken, Instant.EPOCH);
  }

  @Test
  void shouldWriteARowAStep() throws Exception {
    Path file = dir.resolve("steps.jsonl");
    try (StepLog log = new StepLog(file)) {
      log.recovered(LedgerState.empty("r"));
      log.recorded(step(1, 0.5));
      log.recorded(step(2, Double.NaN));
    }

    assertThat(file)
        .content()
        .isEqualTo(
            """
            {"step":1,"loss":0.5,"staleness":null,"learning_rate":1.0E-4,"rewards/margins":0.25,"num_tokens":10,"pairs":2,"skipped":0,"applied":true}
            {"step":2,"loss":null,"staleness":null,"learning_rate":1.0E-4,"rewards/margins":0.25,"num_tokens":20,"pairs":2,"skipped":0,"applied":true}
            """);
  }

  @Test
  void shouldSayWhatTheLedgerSaysWhateverTheFileSaid() throws Exception {
    Path file = dir.resolve("steps.jsonl");
    Files.writeString(file, "rows of steps that were never committed\n");

    try (StepLog log = new StepLog(file)) {
      log.history(step(1, 0.5));
      log.recovered(LedgerState.empty("r"));
      log.recorded(step(2, 0.25));
    }

    assertThat(Files.readAllLines(file))
        .satisfiesExactly(
            row -> assertThat(row).startsWith("{\"step\":1,\"loss\":0.5,"),
            row ->
                assertThat(row)
                    .startsWith("{\"step\":2,\"loss\":0.25,")
                    .contains("num_tokens\":20"));
    try (var left = Files.list(dir)) {
      assertThat(left).containsExactly(file);
    }
  }
}
