package io.dpostream.sampler.pacing;

import io.dpostream.schemas.OutcomeKind;
import java.util.Map;

/**
 * Counts of a run's pairs at one moment. Every sampled pair either has an outcome or waits for one:
 * {@code sampled = outcomes + waiting}, which the constructor enforces.
 *
 * @param sampled pairs committed to {@code completion-pairs}
 * @param outcomes pairs that ended, by kind
 * @param waiting pairs without an outcome
 * @param waitingForPeople those waiting pairs that people judge
 * @param reserved pairs being written, not yet read back, that people do not judge
 * @param reservedForPeople pairs being written, not yet read back, that people judge
 * @param untrained preferences that no training step has used or skipped yet
 * @param preferredShare share of recent pairs judged by machine that became preferences, in [0, 1]
 */
public record PacingState(
    long sampled,
    Map<OutcomeKind, Long> outcomes,
    int waiting,
    int waitingForPeople,
    int reserved,
    int reservedForPeople,
    int untrained,
    double preferredShare) {

  public PacingState {
    outcomes = Map.copyOf(outcomes);
    long ended = outcomes.values().stream().mapToLong(Long::longValue).sum();
    if (sampled != ended + waiting) {
      throw new IllegalStateException(
          "sampled %d pairs, but outcomes %d + waiting %d".formatted(sampled, ended, waiting));
    }
    if (!(preferredShare >= 0 && preferredShare <= 1)) {
      throw new IllegalArgumentException("preferred share " + preferredShare + " outside [0, 1]");
    }
  }

  /** Number of pairs that have an outcome of any kind. */
  public long ended() {
    return sampled - waiting;
  }

  /** Pairs that machines judge and that have no outcome yet, whether read back or being written. */
  public int undecided() {
    return reserved + (waiting - waitingForPeople);
  }

  /** The number that the bound on pairs for people limits. */
  public int outstandingForPeople() {
    return reservedForPeople + waitingForPeople;
  }
}
