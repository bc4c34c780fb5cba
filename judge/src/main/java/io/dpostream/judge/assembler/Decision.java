package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.schemas.OutcomeKind;
import java.util.Optional;

/**
 * How a pair ends.
 *
 * @param preferred the better side, for {@link OutcomeKind#PREFERRED} alone
 * @param probability that it is the better one, in [0.5, 1]
 * @param scoreMargin score(first) - score(second), where judges have scores
 */
record Decision(
    OutcomeKind kind,
    Optional<Side> preferred,
    double probability,
    Optional<Double> scoreMargin,
    String reason) {

  Decision {
    if (preferred.isPresent() != (kind == OutcomeKind.PREFERRED)) {
      throw new IllegalArgumentException(kind + " with preferred side " + preferred);
    }
  }

  static Decision without(OutcomeKind kind, String reason) {
    return new Decision(kind, Optional.empty(), 0.5, Optional.empty(), reason);
  }
}
