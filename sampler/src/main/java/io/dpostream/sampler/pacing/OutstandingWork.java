package io.dpostream.sampler.pacing;

import io.dpostream.sampler.accounting.PairAccounting;
import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * Folds a run's topics into a {@link PacingState}: everything on its way to a training step, from
 * the reservation of a pair to the step that uses its preference. Records of different topics may
 * arrive in any order: an outcome read before its pair, or a preference before its outcome, is kept
 * until the other one comes, and counts only then. Thread-safe.
 */
public final class OutstandingWork {
  /** Outcomes over which the share of preferences is averaged. */
  private static final double MEMORY = 128;

  private final Predicate<String> forPeople;

  private final PairAccounting pairs =
      new PairAccounting(
          new PairAccounting.Listener() {
            @Override
            public void started(String id) {
              waitingForPeople += forPeople(id) ? 1 : 0;
            }

            @Override
            public void ended(String id, OutcomeKind kind) {
              if (forPeople(id)) {
                waitingForPeople--;
              } else {
                double preferred = kind == OutcomeKind.PREFERRED ? 1 : 0;
                preferredShare += (preferred - preferredShare) / MEMORY;
              }
              if (kind == OutcomeKind.PREFERRED && !preferencesBeforeOutcome.remove(id)) {
                preferredWithoutRecord.add(id);
              }
            }
          });
  private final Set<String> reserved = new HashSet<>();
  private int reservedForPeople;
  private int waitingForPeople;

  /** Until outcomes are seen, every pair counts as a preference: rather too few than too many. */
  private double preferredShare = 1;

  private IntUnaryOperator most = partition -> Integer.MAX_VALUE;
  private final Set<String> preferencesBeforeOutcome = new HashSet<>();
  private final Set<String> preferredWithoutRecord = new HashSet<>();

  private final Map<Integer, ArrayDeque<Long>> untrained = new HashMap<>();
  private final Map<Integer, Long> trainedTo = new HashMap<>();

  /**
   * @param forPeople whether people judge the pair with this id
   */
  public OutstandingWork(Predicate<String> forPeople) {
    this.forPeople = forPeople;
  }

  /**
   * Reserves room for pairs that are about to be written; they count until their records are read
   * back.
   */
  public synchronized void reserve(Collection<String> pairIds) {
    for (String id : pairIds) {
      if (reserved.add(id) && forPeople(id)) {
        reservedForPeople++;
      }
    }
  }

  /** Gives back what {@link #reserve} took, after the write was aborted. */
  public synchronized void release(Collection<String> pairIds) {
    pairIds.forEach(this::unreserve);
  }

  /** Counts a pair that was read from {@code completion-pairs}. */
  public synchronized void pair(String id) {
    unreserve(id);
    pairs.pair(id);
  }

  /** Counts an outcome that was read from {@code outcomes}. */
  public synchronized void outcome(String id, OutcomeKind kind) {
    pairs.outcome(id, kind);
  }

  /**
   * Counts a preference that was read from {@code preferences}; corrections have a revision above
   * 0.
   */
  public synchronized void preference(String id, int revision, int partition, long offset) {
    if (revision == 0 && !preferredWithoutRecord.remove(id)) {
      preferencesBeforeOutcome.add(id);
    }
    if (offset >= trainedTo.getOrDefault(partition, 0L)) {
      untrained.computeIfAbsent(partition, p -> new ArrayDeque<>()).add(offset);
    }
  }

  /** Records that a step used or skipped every preference in the partition before this offset. */
  public synchronized void trained(int partition, long to) {
    trainedTo.merge(partition, to, Math::max);
    ArrayDeque<Long> offsets = untrained.getOrDefault(partition, new ArrayDeque<>());
    while (!offsets.isEmpty() && offsets.peek() < to) {
      offsets.remove();
    }
  }

  /**
   * Sets how many preferences of a partition count at most. A step takes a share from each, so what
   * one partition has too many of waits for the others, and must not keep them from being sampled.
   */
  public synchronized void countAtMost(IntUnaryOperator ofPartition) {
    most = ofPartition;
  }

  /** The current counts. */
  public synchronized PacingState state() {
    int queued =
        untrained.entrySet().stream()
            .mapToInt(queue -> Math.min(queue.getValue().size(), most.applyAsInt(queue.getKey())))
            .sum();
    return new PacingState(
        pairs.sampled(),
        pairs.outcomes(),
        pairs.waiting(),
        waitingForPeople,
        reserved.size() - reservedForPeople,
        reservedForPeople,
        queued + preferredWithoutRecord.size(),
        preferredShare);
  }

  private boolean forPeople(String id) {
    return forPeople.test(id);
  }

  private void unreserve(String id) {
    if (reserved.remove(id) && forPeople(id)) {
      reservedForPeople--;
    }
  }
}
