package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.ReferenceRefreshed;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.Offsets;
import io.dpostream.trainer.service.NextAction.Ending;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NextActionTest {
  /** Checkpoints every 3 steps, versions every 2, a new reference every 6, the end after 12. */
  private static final TrainerConfig CONFIG =
      Deployment.config(
          Map.of("sync_ref_model", "true", "ref_model_sync_steps", "6", "max_steps", "12"));

  private static LedgerState state(long step, long checkpoint, long version, long reference) {
    return new LedgerState(
        "r",
        100,
        Optional.empty(),
        new LedgerState.Progress(step, new Offsets(new TreeMap<>()), 0, 0),
        checkpoint == 0 ? List.of() : List.of(new CheckpointSaved(checkpoint, "f", "p", "s")),
        version < 0
            ? Optional.empty()
            : Optional.of(new VersionPublished(version, version, "/v", "p")),
        -1,
        OptionalDouble.empty(),
        reference == 0
            ? Optional.empty()
            : Optional.of(new ReferenceRefreshed(reference, 1.0, "r")));
  }

  private static NextAction next(LedgerState state) {
    return NextAction.after(state, CONFIG, Ending.NONE);
  }

  @Test
  void shouldPublishTheReferenceBeforeAnythingElse() {
    assertThat(next(state(0, 0, -1, 0))).isEqualTo(NextAction.PUBLISH);
    assertThat(next(state(0, 0, 0, 0))).isEqualTo(NextAction.TAKE_STEP);
  }

  @Test
  void shouldRefreshThenSaveThenPublishAfterAStep() {
    assertThat(next(state(6, 3, 4, 0))).isEqualTo(NextAction.REFRESH_REFERENCE);
    assertThat(next(state(6, 3, 4, 6))).isEqualTo(NextAction.SAVE_CHECKPOINT);
    assertThat(next(state(6, 6, 4, 6))).isEqualTo(NextAction.PUBLISH);
    assertThat(next(state(6, 6, 6, 6))).isEqualTo(NextAction.TAKE_STEP);
  }

  @Test
  void shouldSaveAndPublishOnlyAtTheirSteps() {
    assertThat(next(state(1, 0, 0, 0))).isEqualTo(NextAction.TAKE_STEP);
    assertThat(next(state(2, 0, 0, 0))).isEqualTo(NextAction.PUBLISH);
    assertThat(next(state(3, 0, 2, 0))).isEqualTo(NextAction.SAVE_CHECKPOINT);
  }

  @Test
  void shouldLeaveACheckpointButNoVersionWhenStopped() {
    assertThat(NextAction.after(state(7, 6, 6, 6), CONFIG, Ending.STOPPED))
        .isEqualTo(NextAction.SAVE_CHECKPOINT);
    assertThat(NextAction.after(state(7, 7, 6, 6), CONFIG, Ending.STOPPED))
        .isEqualTo(NextAction.FINISH);
  }

  @Test
  void shouldSaveAndPublishTheLastStep() {
    assertThat(NextAction.after(state(7, 6, 6, 6), CONFIG, Ending.COMPLETE))
        .isEqualTo(NextAction.SAVE_CHECKPOINT);
    assertThat(NextAction.after(state(7, 7, 6, 6), CONFIG, Ending.COMPLETE))
        .isEqualTo(NextAction.PUBLISH);
    assertThat(next(state(12, 12, 12, 12))).isEqualTo(NextAction.FINISH);
  }
}
