package io.dpostream.judge;

import io.dpostream.schemas.ModelCall;
import java.util.List;
import java.util.Optional;

/**
 * What stands behind a verdict, where a judge has it.
 *
 * @param scoreMargin score(first) - score(second), in the judge's own unit
 * @param rationale why, in words
 * @param calls calls made to models, in order
 * @param promptTemplateSha256 of the template that the models were asked with
 * @param costUsd price of the calls
 */
public record Evidence(
    Optional<Double> scoreMargin,
    Optional<String> rationale,
    List<ModelCall> calls,
    Optional<String> promptTemplateSha256,
    Optional<Double> costUsd) {

  /** Nothing but the verdict. */
  public static final Evidence NONE =
      new Evidence(
          Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());

  public Evidence {
    calls = List.copyOf(calls);
    if (scoreMargin.isPresent() && !Double.isFinite(scoreMargin.get())) {
      throw new IllegalArgumentException("scoreMargin: " + scoreMargin.get() + " is not finite");
    }
  }

  /** A reason in words and nothing else. */
  public static Evidence because(String rationale) {
    return NONE.withRationale(rationale);
  }

  /** Adds a reason in words. */
  public Evidence withRationale(String rationale) {
    return new Evidence(scoreMargin, Optional.of(rationale), calls, promptTemplateSha256, costUsd);
  }

  /** Adds a score margin, first minus second. */
  public Evidence withScoreMargin(double scoreMargin) {
    return new Evidence(Optional.of(scoreMargin), rationale, calls, promptTemplateSha256, costUsd);
  }
}
