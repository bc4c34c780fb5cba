package io.dpostream.policy.model;

import java.util.Optional;

/**
 * Selects which weights of a model are trained and how its graph is kept.
 *
 * @param lora trains adapters alone; all weights when absent
 * @param gradientCheckpointing keeps only each layer's input from a forward pass, and recomputes
 *     the layer in the backward pass
 */
public record FineTuning(Optional<Lora> lora, boolean gradientCheckpointing) {

  /** All weights, with the whole graph. */
  public static FineTuning full() {
    return new FineTuning(Optional.empty(), false);
  }
}
