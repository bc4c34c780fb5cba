package io.dpostream.trainer.service;

import io.dpostream.schemas.TrainingStep;
import io.dpostream.trainer.ledger.LedgerState;
import java.util.List;

/**
 * Follows a run through its ledger. Every existing record arrives as history first; then comes
 * {@link #recovered}, and then every new record after its commit. Called by threads of the trainer,
 * one at a time.
 */
public interface TrainerListener {

  /** A record of the run's past. */
  default void history(TrainingStep record) {}

  /** The trainer has caught up with the ledger. */
  default void recovered(LedgerState state) {}

  /** A record has been committed. */
  default void recorded(TrainingStep record) {}

  /** Combines listeners, which are called in the order given. */
  static TrainerListener all(List<TrainerListener> listeners) {
    List<TrainerListener> fixed = List.copyOf(listeners);
    return new TrainerListener() {
      @Override
      public void history(TrainingStep record) {
        fixed.forEach(listener -> listener.history(record));
      }

      @Override
      public void recovered(LedgerState state) {
        fixed.forEach(listener -> listener.recovered(state));
      }

      @Override
      public void recorded(TrainingStep record) {
        fixed.forEach(listener -> listener.recorded(record));
      }
    };
  }
}
