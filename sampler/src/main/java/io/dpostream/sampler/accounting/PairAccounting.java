package io.dpostream.sampler.accounting;

import io.dpostream.schemas.OutcomeKind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Folds a run's pairs and outcomes into counts that lose none: {@code sampled = outcomes +
 * waiting}. The two topics are read side by side, so an outcome may be seen before its pair; it is
 * held back until the pair arrives. A pair's id says what it was sampled from, so a pair that is
 * read again is the one that was committed before: it counts once, whether it still waits or has
 * ended. Its outcome counts once as well; the first one wins. Not thread-safe.
 */
public final class PairAccounting {

  /** Is notified once when a pair is counted, and once when its outcome is. */
  public interface Listener {
    /** Ignores everything. */
    Listener NONE = new Listener() {};

    /** The pair is counted, and waits. */
    default void started(String id) {}

    /** The pair no longer waits. */
    default void ended(String id, OutcomeKind kind) {}
  }

  private final Listener listener;
  private final Set<String> waiting = new HashSet<>();
  private final Map<String, OutcomeKind> outcomesBeforePair = new HashMap<>();
  private final IdFingerprints ended = new IdFingerprints();
  private final Map<OutcomeKind, Long> outcomes = new EnumMap<>(OutcomeKind.class);
  private long sampled;

  public PairAccounting(Listener listener) {
    this.listener = listener;
  }

  /** A pair was read from {@code completion-pairs}. */
  public void pair(String id) {
    if (ended.contains(id) || !waiting.add(id)) {
      return;
    }
    sampled++;
    listener.started(id);
    OutcomeKind early = outcomesBeforePair.remove(id);
    if (early != null) {
      end(id, early);
    }
  }

  /** An outcome was read from {@code outcomes}. */
  public void outcome(String id, OutcomeKind kind) {
    if (waiting.contains(id)) {
      end(id, kind);
    } else if (!ended.contains(id)) {
      outcomesBeforePair.putIfAbsent(id, kind);
    }
  }

  /** Number of pairs seen. */
  public long sampled() {
    return sampled;
  }

  /** Number of pairs without an outcome. */
  public int waiting() {
    return waiting.size();
  }

  /**
   * Number of outcomes whose pair has not been seen; staying above 0 means that something is wrong.
   */
  public int unmatched() {
    return outcomesBeforePair.size();
  }

  /** Number of outcomes by kind, of pairs that have been seen. */
  public Map<OutcomeKind, Long> outcomes() {
    return Map.copyOf(outcomes);
  }

  private void end(String id, OutcomeKind kind) {
    waiting.remove(id);
    ended.add(id);
    outcomes.merge(kind, 1L, Long::sum);
    listener.ended(id, kind);
  }
}
