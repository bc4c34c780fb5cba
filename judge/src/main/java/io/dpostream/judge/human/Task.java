package io.dpostream.judge.human;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.Side;
import io.dpostream.schemas.VerdictKind;
import java.time.Instant;
import java.util.Optional;

/**
 * A pair in the hands of one person until the lease ends.
 *
 * @param attempt 1, or the next number when the person takes an earlier vote back
 * @param earlier the verdict that is taken back
 * @param leased when the lease began
 */
public record Task(
    Comparison comparison,
    String annotator,
    int attempt,
    Optional<VerdictKind> earlier,
    Instant leased,
    Instant leaseEnds) {

  /** Which completion this person sees on the left. */
  public Side left() {
    return left(comparison.pairId(), annotator);
  }

  /** Whether the lease still holds. */
  boolean isHeld(Instant now) {
    return now.isBefore(leaseEnds);
  }

  /** A coin that falls once for each person and pair, so that a reload shows the same. */
  static Side left(String pairId, String annotator) {
    double toss = PairShare.position("left of " + pairId + " for " + annotator);
    return toss < 0.5 ? Side.FIRST : Side.SECOND;
  }
}
