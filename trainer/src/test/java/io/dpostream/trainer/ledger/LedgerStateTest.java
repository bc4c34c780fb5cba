package io.dpostream.trainer.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.Environment;
import io.dpostream.schemas.LabelSmoothingSet;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.PartitionOffset;
import io.dpostream.schemas.ReferenceRefreshed;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.SkippedKind;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class LedgerStateTest {
  private static final Environment CPU = new Environment("cpu", "float32", 1, "2.7.1", "AVX2");

  /** Folds events, numbering them. */
  private static LedgerState fold(SpecificRecord... events) {
    LedgerState state = LedgerState.empty("r");
    for (SpecificRecord event : events) {
      state = state.after(record(state.nextSequence(), event));
    }
    return state;
  }

  private static TrainingStep record(long sequence, SpecificRecord event) {
    return new TrainingStep("r", sequence, event, Instant.EPOCH);
  }

  private static RunConfigured configured(String config) {
    return RunConfigured.newBuilder()
        .setConfig(config)
        .setConfigSha256("hash of " + config)
        .setReferenceSha256("reference")
        .setReferenceUri("/model")
        .setInitialSha256("initial")
        .setInitialUri("/model")
        .setPartitions(2)
        .setStartOffsets(List.of(new PartitionOffset(0, 5L), new PartitionOffset(1, 0L)))
        .setEnvironment(CPU)
        .build();
  }

  private static StepTaken step(long step, OffsetRange... ranges) {
    return StepTaken.newBuilder()
        .setStep(step)
        .setRanges(List.of(ranges))
        .setPairs(2)
        .setSkipped(List.of(new Skipped(0, 6L, null, "stale", SkippedKind.STALE)))
        .setLoss(0.5)
        .setMetrics(Map.of())
        .setTokens(10)
        .setDigest("digest")
        .setDurationMs(1)
        .build();
  }

  @Test
  void shouldFoldAWholeRun() {
    LedgerState state =
        fold(
            configured("beta: 0.1"),
            new VersionPublished(0L, 0L, "/model", "initial"),
            step(1, new OffsetRange(0, 5L, 8L), new OffsetRange(1, 0L, 1L)),
            new ReferenceRefreshed(1L, 0.5, "moved reference"),
            new CheckpointSaved(1L, "step-1", "one", "state"),
            new VersionPublished(1L, 1L, "/v1", "one"),
            new LabelSmoothingSet(2L, 0.1, "kappa"),
            step(2, new OffsetRange(0, 8L, 9L), new OffsetRange(1, 1L, 4L)));

    assertThat(state.nextSequence()).isEqualTo(8);
    assertThat(state.step()).isEqualTo(2);
    assertThat(state.progress().next()).hasToString("0:9, 1:4");
    assertThat(state.progress().records()).isEqualTo(6); // 2 pairs and 1 skipped, twice
    assertThat(state.progress().tokens()).isEqualTo(20);
    assertThat(state.publishedVersion()).isEqualTo(1);
    assertThat(state.checkpoint().orElseThrow().getFolder()).isEqualTo("step-1");
    assertThat(state.labelSmoothing()).hasValue(0.1);
    assertThat(state.referenceSha256()).isEqualTo("moved reference");
  }

  @Test
  void shouldRefuseAGapInTheSequence() {
    LedgerState state = fold(configured("beta: 0.1"));

    assertThatThrownBy(() -> state.after(record(2, step(1, new OffsetRange(0, 5L, 8L)))))
        .isInstanceOf(LedgerException.class)
        .hasMessage(
            "ledger of run r, record 1: found sequence 2 where 1 is expected; a record is missing or duplicated");
  }

  @Test
  void shouldRefuseAnythingBeforeTheConfiguration() {
    assertThatThrownBy(() -> fold(new VersionPublished(0L, 0L, "/model", "initial")))
        .hasMessageContaining("the first record is not a configuration");
  }

  @Test
  void shouldRefuseAStepOutOfOrder() {
    assertThatThrownBy(() -> fold(configured("beta: 0.1"), step(2, new OffsetRange(0, 5L, 8L))))
        .hasMessageContaining("step 2 follows step 0");
  }

  @Test
  void shouldRefuseOffsetsThatAStreamHasNotReachedOrHasPassed() {
    assertThatThrownBy(() -> fold(configured("beta: 0.1"), step(1, new OffsetRange(0, 6L, 8L))))
        .hasMessageContaining("reads offsets 6 to 8 of partition 0, where 5 is next");
    assertThatThrownBy(() -> fold(configured("beta: 0.1"), step(1, new OffsetRange(2, 0L, 8L))))
        .hasMessageContaining("partition 2, where null is next");
  }

  @Test
  void shouldLetAPinnedRangeStartAgain() {
    RunConfigured pinned =
        RunConfigured.newBuilder(configured("beta: 0.1"))
            .setEndOffsets(List.of(new PartitionOffset(0, 9L), new PartitionOffset(1, 9L)))
            .build();

    LedgerState state =
        fold(pinned, step(1, new OffsetRange(0, 5L, 8L)), step(2, new OffsetRange(0, 5L, 8L)));

    assertThat(state.step()).isEqualTo(2);
  }

  @Test
  void shouldRefuseACheckpointOrVersionOfAnotherStep() {
    assertThatThrownBy(() -> fold(configured("beta: 0.1"), new CheckpointSaved(1L, "f", "p", "s")))
        .hasMessageContaining("checkpoint of step 1 after step 0");
    assertThatThrownBy(
            () -> fold(configured("beta: 0.1"), new VersionPublished(1L, 0L, "/m", "initial")))
        .hasMessageContaining("version 1 follows version -1");
  }

  @Test
  void shouldTakeAnotherConfigurationButNoOtherReference() {
    LedgerState accepted = fold(configured("beta: 0.1"), configured("beta: 0.3"));
    RunConfigured foreign =
        RunConfigured.newBuilder(configured("beta: 0.3")).setReferenceSha256("other").build();

    assertThat(accepted.requireConfiguration().getConfig()).isEqualTo("beta: 0.3");
    assertThatThrownBy(() -> accepted.after(record(2, foreign)))
        .hasMessageContaining("changes the reference, the first policy or the data");
  }
}
