package io.dpostream.trainer.service;

import io.dpostream.schemas.TrainingStep;
import io.dpostream.trainer.ledger.LedgerState;
import java.util.List;

/**
 * Follows a run by its ledger. First every record that was there is given as history, then {@link
 * #recovered}, then every new one after its commit. Called by the trainer's thread.
 */
public interface TrainerListener {

  /** A record of the run's past. */
  default void history(TrainingStep record) {}

  /** The trainer stands where the ledger ends. */
  default void recovered(LedgerState state) {}

  /** A record has been committed. */
  default void recorded(TrainingStep record) {}

  /** Tells several, in their order. */
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
