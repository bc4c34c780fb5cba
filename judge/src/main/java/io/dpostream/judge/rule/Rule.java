package io.dpostream.judge.rule;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Evidence;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.judge.rule.RuleOptions.Combine;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Turns the scores of several criteria into a verdict: in order, so that a later criterion speaks
 * only among equals, or by their weighted sum. Immutable.
 *
 * @param clauses in the order of their rank
 * @param combine how they act together
 * @param margin the sums must differ by more than this; for {@link Combine#SUM}
 * @param confidence of a preference
 */
record Rule(List<Clause> clauses, Combine combine, double margin, double confidence) {
  /** Scores this much closer, by their size, differ by rounding alone: in 0.1 + 0.2 - 0.3. */
  private static final double ROUNDING = 1e-9;

  /**
   * One criterion's part in a rule.
   *
   * @param name for the rationale
   * @param weight of its score in a sum; a negative one prefers less, in order too
   * @param margin its scores must differ by more than this to decide
   * @param required two completions that both score 0 or less are a tie, whatever comes after
   */
  record Clause(String name, Criterion criterion, double weight, double margin, boolean required) {}

  Rule {
    clauses = List.copyOf(clauses);
    if (combine == Combine.IN_ORDER && clauses.stream().anyMatch(c -> c.weight == 0)) {
      throw new IllegalArgumentException("clauses: in order, a weight of 0 prefers neither side");
    }
  }

  Verdict apply(Comparison comparison) {
    return combine == Combine.SUM ? bySum(comparison) : inOrder(comparison);
  }

  private Verdict inOrder(Comparison comparison) {
    boolean applied = false;
    for (Clause clause : clauses) {
      OptionalDouble first = clause.criterion.score(comparison, Side.FIRST);
      OptionalDouble second = clause.criterion.score(comparison, Side.SECOND);
      if (first.isEmpty() || second.isEmpty()) {
        continue;
      }
      applied = true;
      double a = first.getAsDouble();
      double b = second.getAsDouble();
      if (exceeds(a - b, clause.margin, Math.abs(a) + Math.abs(b))) {
        return preferred(
            (a - b) * clause.weight, Evidence.because(clause.name + ": " + show(a, b)));
      }
      if (clause.required && a <= 0 && b <= 0) {
        return new Verdict.Tie(Evidence.because(clause.name + ": neither"));
      }
    }
    return applied ? new Verdict.Tie(Evidence.because("equal in everything")) : silent();
  }

  private Verdict bySum(Comparison comparison) {
    boolean applied = false;
    double sum = 0;
    double size = 0;
    StringBuilder why = new StringBuilder();
    for (Clause clause : clauses) {
      OptionalDouble first = clause.criterion.score(comparison, Side.FIRST);
      OptionalDouble second = clause.criterion.score(comparison, Side.SECOND);
      if (first.isPresent() && second.isPresent()) {
        applied = true;
        double a = first.getAsDouble();
        double b = second.getAsDouble();
        sum += clause.weight * (a - b);
        size += Math.abs(clause.weight) * (Math.abs(a) + Math.abs(b));
        why.append(why.isEmpty() ? "" : ", ").append(clause.name + ": " + show(a, b));
      }
    }
    Evidence evidence = Evidence.because(why.toString()).withScoreMargin(sum);
    return !applied
        ? silent()
        : exceeds(sum, margin, size) ? preferred(sum, evidence) : new Verdict.Tie(evidence);
  }

  /** Whether a difference of numbers of some size is more than the margin and a rounding error. */
  private static boolean exceeds(double difference, double margin, double size) {
    return Math.abs(difference) - margin > ROUNDING * size;
  }

  private Verdict preferred(double difference, Evidence evidence) {
    return new Verdict.Preferred(difference > 0 ? Side.FIRST : Side.SECOND, confidence, evidence);
  }

  private static Verdict silent() {
    return new Verdict.Abstain("no criterion applies to this prompt");
  }

  private static String show(double a, double b) {
    return show(a) + " against " + show(b);
  }

  private static String show(double score) {
    return score == Math.rint(score) && Math.abs(score) < 1e6
        ? Long.toString((long) score)
        : String.format(Locale.ROOT, "%.4g", score);
  }
}
