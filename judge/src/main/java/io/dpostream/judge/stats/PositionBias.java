package io.dpostream.judge.stats;

import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.ModelCall;
import io.dpostream.schemas.VerdictKind;
import java.util.List;
import java.util.Optional;

/**
 * How often a judge that was asked in both orders followed the position and not the text.
 *
 * @param pairs with a verdict in both orders
 * @param inconsistent of them, with different verdicts
 * @param favouredFirst of the inconsistent ones, where the completion shown first won both times
 * @param favouredSecond where the one shown second won both times
 */
public record PositionBias(long pairs, long inconsistent, long favouredFirst, long favouredSecond) {

  /** Share of pairs whose verdict depended on the order. */
  public double rate() {
    return (double) inconsistent / pairs;
  }

  /** Measures one judge's judgments; empty when none was made in both orders. */
  public static Optional<PositionBias> of(List<Judgment> judgments) {
    long pairs = 0;
    long inconsistent = 0;
    long first = 0;
    long second = 0;
    for (Judgment judgment : judgments) {
      Optional<VerdictKind> given = verdict(judgment, VerdictKind.FIRST);
      Optional<VerdictKind> swapped = verdict(judgment, VerdictKind.SECOND);
      if (given.isEmpty() || swapped.isEmpty()) {
        continue;
      }
      pairs++;
      if (!given.equals(swapped)) {
        inconsistent++;
        first += won(given.get(), swapped.get(), VerdictKind.FIRST, VerdictKind.SECOND);
        second += won(given.get(), swapped.get(), VerdictKind.SECOND, VerdictKind.FIRST);
      }
    }
    return pairs == 0
        ? Optional.empty()
        : Optional.of(new PositionBias(pairs, inconsistent, first, second));
  }

  private static int won(VerdictKind given, VerdictKind swapped, VerdictKind a, VerdictKind b) {
    return given == a && swapped == b ? 1 : 0;
  }

  private static Optional<VerdictKind> verdict(Judgment judgment, VerdictKind shownFirst) {
    return judgment.getCalls().stream()
        .filter(call -> call.getFirstShown() == shownFirst)
        .map(ModelCall::getVerdict)
        .filter(verdict -> verdict != VerdictKind.ABSTAIN)
        .findFirst();
  }
}
