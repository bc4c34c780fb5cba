package io.dpostream.trainer.learner;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The outcome of one step.
 *
 * @param step of the batch
 * @param nonFinite what was not finite, for example {@code "loss is NaN"}; then no weight changed
 * @param loss mean over the batch
 * @param metrics under TRL's names, in the order of their names
 * @param tokens prompt and completion tokens of the batch, after truncation
 * @param digest SHA-256 over the batch, its log-probabilities, the loss and the gradient norm, bit
 *     for bit, as lower-case hex
 */
public record StepResult(
    long step,
    Optional<String> nonFinite,
    double loss,
    Map<String, Double> metrics,
    long tokens,
    String digest) {
  public StepResult {
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
  }

  /** Whether the weights changed. */
  public boolean applied() {
    return nonFinite.isEmpty();
  }
}
