package io.dpostream.trainer.batch;

import io.dpostream.trainer.ledger.LedgerState;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Where the next batch comes from: a function of the topic and of what the ledger has used. */
public interface BatchSource {

  /**
   * The next batch; waits for it where more records can come.
   *
   * @param progress what the steps so far have used
   * @param stop asked while waiting
   * @return nothing when there is nothing more to train on, or {@code stop} said so
   */
  Optional<StepPlan> next(LedgerState.Progress progress, BooleanSupplier stop);
}
