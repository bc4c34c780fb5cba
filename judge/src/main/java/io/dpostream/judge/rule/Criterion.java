package io.dpostream.judge.rule;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Side;
import java.util.OptionalDouble;

/** Scores one completion of a comparison; more is better. A pure function. */
@FunctionalInterface
interface Criterion {
  /** The score, or empty when this criterion has nothing to say of such a prompt. */
  OptionalDouble score(Comparison comparison, Side side);

  /** A criterion that reads nothing but the completion's text. */
  static Criterion ofText(TextScore score) {
    return (comparison, side) -> OptionalDouble.of(score.of(comparison.text(side)));
  }

  /** A number read from a text. */
  @FunctionalInterface
  interface TextScore {
    double of(String text);
  }
}
