package io.dpostream.pipeline.progress;

import io.dpostream.schemas.OutcomeKind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Counts pairs and their outcomes so that none is forgotten: sampled = outcomes + waiting. The two
 * topics are read side by side, so an outcome may be seen before its pair; it is held back until
 * the pair comes. Not thread-safe.
 */
final class PairTally {

  private final Set<String> waiting = new HashSet<>();
  private final Map<String, OutcomeKind> early = new HashMap<>();
  private final Map<OutcomeKind, Long> outcomes = new EnumMap<>(OutcomeKind.class);
  private long sampled;

  void pair(String pairId) {
    sampled++;
    OutcomeKind known = early.remove(pairId);
    if (known == null) {
      waiting.add(pairId);
    } else {
      outcomes.merge(known, 1L, Long::sum);
    }
  }

  void outcome(String pairId, OutcomeKind kind) {
    if (waiting.remove(pairId)) {
      outcomes.merge(kind, 1L, Long::sum);
    } else {
      early.put(pairId, kind);
    }
  }

  /** Pairs seen. */
  long sampled() {
    return sampled;
  }

  /** Pairs without an outcome. */
  long waiting() {
    return waiting.size();
  }

  /** Outcomes of pairs that were not seen; above 0 for good means that something is wrong. */
  long unmatched() {
    return early.size();
  }

  /** Outcomes by kind, of pairs that were seen. */
  Map<OutcomeKind, Long> outcomes() {
    return new EnumMap<>(outcomes);
  }
}
