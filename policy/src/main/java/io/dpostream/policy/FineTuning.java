package io.dpostream.policy;

import java.util.Optional;

/**
 * What of a model is trained, and what its backward pass keeps.
 *
 * @param lora adapters to train over frozen weights; without them all weights are trained
 * @param gradientCheckpointing whether the forward pass keeps the layers' inputs only and the
 *     backward pass computes each layer again: less memory for about a third more time
 */
public record FineTuning(Optional<Lora> lora, boolean gradientCheckpointing) {

  /** All weights, with everything kept. */
  public static FineTuning full() {
    return new FineTuning(Optional.empty(), false);
  }
}
