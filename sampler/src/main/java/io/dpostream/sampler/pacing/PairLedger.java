package io.dpostream.sampler.pacing;

import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Folds a run's topics into a {@link PacingState}. Records of different topics may arrive in any
 * order: an outcome read before its pair, or a preference before its outcome, is kept until the
 * other one comes, and counts only then. Thread-safe.
 */
public final class PairLedger {

  private final Predicate<String> forPeople;

  private final Set<String> reserved = new HashSet<>();
  private final Set<String> waiting = new HashSet<>();
  private final Map<OutcomeKind, Long> outcomes = new EnumMap<>(OutcomeKind.class);
  private long sampled;
  private int reservedForPeople;
  private int waitingForPeople;

  private final Map<String, OutcomeKind> outcomesBeforePair = new HashMap<>();
  private final Set<String> preferencesBeforeOutcome = new HashSet<>();
  private final Set<String> preferredWithoutRecord = new HashSet<>();

  private final Map<Integer, ArrayDeque<Long>> untrained = new HashMap<>();
  private final Map<Integer, Long> trainedTo = new HashMap<>();

  /**
   * @param forPeople whether people judge the pair with this id
   */
  public PairLedger(Predicate<String> forPeople) {
    this.forPeople = forPeople;
  }

  /** Pairs that are about to be written; they count until their records are read back. */
  public synchronized void reserve(Collection<String> pairIds) {
    for (String id : pairIds) {
      if (reserved.add(id) && forPeople.test(id)) {
        reservedForPeople++;
      }
    }
  }

  /** Gives back what {@link #reserve} took, when the write was aborted. */
  public synchronized void release(Collection<String> pairIds) {
    pairIds.forEach(this::unreserve);
  }

  /** A pair was read from {@code completion-pairs}. */
  public synchronized void pair(String id) {
    unreserve(id);
    sampled++;
    OutcomeKind early = outcomesBeforePair.remove(id);
    if (early != null) {
      end(id, early);
    } else if (!waiting.add(id)) {
      sampled--; // the same pair again: the first one counts
    } else if (forPeople.test(id)) {
      waitingForPeople++;
    }
  }

  /** An outcome was read from {@code outcomes}. */
  public synchronized void outcome(String id, OutcomeKind kind) {
    if (!waiting.remove(id)) {
      outcomesBeforePair.put(id, kind);
      return;
    }
    if (forPeople.test(id)) {
      waitingForPeople--;
    }
    end(id, kind);
  }

  /** A preference was read from {@code preferences}; corrections have a revision above 0. */
  public synchronized void preference(String id, int revision, int partition, long offset) {
    if (revision == 0 && !preferredWithoutRecord.remove(id)) {
      preferencesBeforeOutcome.add(id);
    }
    if (offset >= trainedTo.getOrDefault(partition, 0L)) {
      untrained.computeIfAbsent(partition, p -> new ArrayDeque<>()).add(offset);
    }
  }

  /** A training step used or skipped every preference of the partition before this offset. */
  public synchronized void trained(int partition, long to) {
    trainedTo.merge(partition, to, Math::max);
    ArrayDeque<Long> offsets = untrained.getOrDefault(partition, new ArrayDeque<>());
    while (!offsets.isEmpty() && offsets.peek() < to) {
      offsets.remove();
    }
  }

  /** The counts now. */
  public synchronized PacingState state() {
    int queued = untrained.values().stream().mapToInt(ArrayDeque::size).sum();
    return new PacingState(
        sampled,
        outcomes,
        waiting.size(),
        waitingForPeople,
        reserved.size() - reservedForPeople,
        reservedForPeople,
        queued + preferredWithoutRecord.size());
  }

  private void end(String id, OutcomeKind kind) {
    outcomes.merge(kind, 1L, Long::sum);
    if (kind == OutcomeKind.PREFERRED && !preferencesBeforeOutcome.remove(id)) {
      preferredWithoutRecord.add(id);
    }
  }

  private void unreserve(String id) {
    if (reserved.remove(id) && forPeople.test(id)) {
      reservedForPeople--;
    }
  }
}
