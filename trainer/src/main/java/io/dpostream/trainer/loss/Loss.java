package io.dpostream.trainer.loss;

import java.util.List;
import java.util.Optional;

/** A preference loss. Implementations are immutable and depend on their arguments alone. */
public interface Loss {

  /**
   * Evaluates the loss on a batch.
   *
   * @param batch the groups; all of a step's where {@link #wholeBatch} holds, any part otherwise
   * @param state after the previous step
   * @return one term per group, not yet averaged, and the state after this batch
   */
  Evaluation evaluate(List<Group> batch, LossState state);

  /** Whether a group's term depends on the other groups of its step. */
  default boolean wholeBatch() {
    return false;
  }

  /**
   * Why a preference cannot be used by this loss, if so.
   *
   * @param completions ranked completions in the group
   */
  default Optional<String> refusal(Label label, int completions) {
    return Optional.empty();
  }

  /** The terms of a batch in the order of its groups, and the state after it. */
  record Evaluation(List<Term> terms, LossState state) {}
}
