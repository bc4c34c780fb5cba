package io.dpostream.trainer.loss;

import java.util.Map;
import java.util.TreeMap;

/**
 * The state that losses carry from one step to the next; part of every checkpoint. Immutable.
 *
 * @param values by name, the name beginning with the loss's identifier
 */
public record LossState(Map<String, Double> values) {
  /** The state before the first step. */
  public static final LossState EMPTY = new LossState(Map.of());

  public LossState {
    values = Map.copyOf(values);
  }

  double get(String name) {
    return values.getOrDefault(name, 0.0);
  }

  LossState with(String name, double value) {
    Map<String, Double> next = new TreeMap<>(values);
    next.put(name, value);
    return new LossState(next);
  }
}
