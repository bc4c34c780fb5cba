package io.dpostream.trainer.learner;

import io.dpostream.policy.text.TokenSequence;
import io.dpostream.trainer.loss.Label;
import java.util.List;

/**
 * A pair that has been truncated and labelled for a step.
 *
 * @param source the pair
 * @param sequences prompt and completion of each ranked completion, truncated, best first
 * @param label what is known about it besides its order
 * @param stale whether it is weighted for its age
 * @param completionCut whether a completion has lost its end
 */
record PreparedPair(
    TrainingPair source,
    List<TokenSequence> sequences,
    Label label,
    boolean stale,
    boolean completionCut) {

  /** Whether the prompt has lost its beginning. */
  boolean promptCut() {
    return sequences.get(0).prompt().length < source.prompt().length;
  }
}
