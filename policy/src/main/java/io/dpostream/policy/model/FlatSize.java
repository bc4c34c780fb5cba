package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;

/**
 * The rows of the products that a pass over sequences without padding computes.
 *
 * @param inputs rows of the layers' products
 * @param targets rows of the head's products
 */
public record FlatSize(int inputs, int targets) {

  /** The size of a pass over some sequences. */
  public static FlatSize of(List<TokenSequence> sequences) {
    return new FlatSize(
        Targets.roundUp(FlatBatch.inputs(sequences), FlatBatch.STEP),
        Targets.roundUp(PassBudget.targets(sequences), FlatBatch.STEP));
  }
}
