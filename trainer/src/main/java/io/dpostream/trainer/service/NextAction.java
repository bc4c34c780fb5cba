package io.dpostream.trainer.service;

import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.ReferenceRefreshed;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.ledger.LedgerState;

/**
 * The trainer's next action. It follows from the ledger, so that whatever an owner left undone when
 * it died is done by the next one, and nothing is done twice.
 */
enum NextAction {
  REFRESH_REFERENCE,
  SAVE_CHECKPOINT,
  PUBLISH,
  TAKE_STEP,
  FINISH;

  /** Why no further step is taken. */
  enum Ending {
    /** The run goes on. */
    NONE,
    /** Someone asked to stop; the run can be continued. */
    STOPPED,
    /** There is nothing more to train on. */
    COMPLETE
  }

  /** Whether it makes durable what there is, and leaves the learner as it is. */
  boolean isKeeping() {
    return this == SAVE_CHECKPOINT || this == PUBLISH;
  }

  static NextAction after(LedgerState state, TrainerConfig config, Ending asked) {
    long step = state.step();
    Ending ending = ending(state, config, asked);
    if (state.version().isEmpty()) {
      return PUBLISH;
    }
    if (step > 0
        && config.reference().syncRefModel()
        && step % config.reference().refModelSyncSteps() == 0
        && state.reference().map(ReferenceRefreshed::getAfterStep).orElse(0L) < step) {
      return REFRESH_REFERENCE;
    }
    if (state.checkpoint().map(CheckpointSaved::getStep).orElse(0L) < step
        && (step % config.cadence().checkpointSteps() == 0 || ending != Ending.NONE)) {
      return SAVE_CHECKPOINT;
    }
    if (isPublicationDue(state, config, asked)) {
      return PUBLISH;
    }
    return ending == Ending.NONE ? TAKE_STEP : FINISH;
  }

  /** Whether the policy is to be published before the next step, be it after other actions. */
  static boolean isPublicationDue(LedgerState state, TrainerConfig config, Ending asked) {
    long step = state.step();
    return state.version().isEmpty()
        || state.version().map(VersionPublished::getStep).orElse(0L) < step
            && (step % config.cadence().publishSteps() == 0
                || ending(state, config, asked) == Ending.COMPLETE);
  }

  /** Why no further step is taken: asked for, or because this was the last. */
  static Ending ending(LedgerState state, TrainerConfig config, Ending asked) {
    long most = config.cadence().maxSteps();
    return most > 0 && state.step() >= most && asked == Ending.NONE ? Ending.COMPLETE : asked;
  }
}
