package io.dpostream.trainer.batch;

import io.dpostream.trainer.ledger.LedgerState;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Supplies the next batch to train on, which depends only on the topic and on what earlier steps in
 * the ledger have used.
 */
public interface BatchSource {

  /**
   * Returns the next batch, waiting for it where more records can arrive.
   *
   * @param progress what the steps so far have used
   * @param stop asked while waiting
   * @return empty when there is nothing left to train on, or when {@code stop} says so
   */
  Optional<StepPlan> next(LedgerState.Progress progress, BooleanSupplier stop);
}
