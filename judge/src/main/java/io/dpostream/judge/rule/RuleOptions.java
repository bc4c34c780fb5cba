package io.dpostream.judge.rule;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Flat;
import io.dpostream.settings.Require;
import java.util.List;
import java.util.Map;

/** The options of type {@code rule}. */
public record RuleOptions(
    @Flat Scoring scoring,
    @Doc("Other rules for prompts with a tag, by the tag.") Map<String, Scoring> byTag) {

  /** How several criteria act together. */
  public enum Combine {
    IN_ORDER,
    SUM
  }

  private static final double LARGEST_MARGIN = 1e9;

  public RuleOptions {
    byTag = Map.copyOf(byTag);
  }

  /** How completions are scored and their scores compared. */
  public record Scoring(
      @Doc("The criteria, in the order of their rank.") List<CriterionOptions> criteria,
      @Doc(
              "`in_order`: a later criterion counts among equals only; `sum`: the weighted sum counts.")
          @Default("in_order")
          Combine combine,
      @Doc("Sums that differ by no more are a tie.") @Default("0") double margin,
      @Doc("Probability that a preference is right, 0.5 to 1.") @Default("1") double confidence) {

    public Scoring {
      criteria = List.copyOf(criteria);
      Require.that(!criteria.isEmpty(), "criteria", criteria, "must hold at least one criterion");
      Require.between("margin", margin, 0, LARGEST_MARGIN);
      Require.between("confidence", confidence, 0.5, 1);
      for (int i = 0; i < criteria.size(); i++) {
        double weight = criteria.get(i).weight();
        Require.that(
            weight != 0 || combine == Combine.SUM,
            "criteria[" + i + "].weight",
            weight,
            "must be above 0 for more, or below 0 for less, in order");
      }
    }

    /** The rule that these options describe. */
    Rule rule() {
      List<Rule.Clause> clauses = criteria.stream().map(CriterionOptions::clause).toList();
      return new Rule(clauses, combine, margin, confidence);
    }
  }
}
