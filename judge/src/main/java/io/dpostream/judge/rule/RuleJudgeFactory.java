package io.dpostream.judge.rule;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.JudgeOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The type {@code rule}. Options: {@code criteria}, a list of maps with {@code kind}, its own
 * options, {@code weight}, {@code margin} and {@code required}; {@code combine}, {@code in_order}
 * or {@code sum}; {@code margin} of the sum; {@code confidence}; {@code by_tag}, a map from a
 * prompt's tag to options of the same form.
 */
public final class RuleJudgeFactory implements JudgeFactory {
  @Override
  public String name() {
    return "rule";
  }

  @Override
  public Judge create(JudgeOptions options) {
    JudgeOptions tags = options.section("by_tag");
    Map<String, Rule> byTag = new HashMap<>();
    tags.keys().forEach(tag -> byTag.put(tag, rule(tags.section(tag))));
    return new RuleJudge(rule(options), byTag, "rule-2-" + options.fingerprint());
  }

  private static Rule rule(JudgeOptions options) {
    Rule.Combine combine = options.choice("combine", Rule.Combine.IN_ORDER);
    List<Rule.Clause> clauses = new ArrayList<>();
    for (JudgeOptions criterion : options.sections("criteria")) {
      clauses.add(
          new Rule.Clause(
              criterion.required("kind"),
              Criteria.of(criterion),
              weight(criterion, combine),
              criterion.number("margin", 0, 0, 1e9),
              criterion.flag("required", false)));
    }
    if (clauses.isEmpty()) {
      options.refuse("criteria", "", "a list with at least one criterion");
    }
    return new Rule(
        clauses,
        combine,
        options.number("margin", 0, 0, 1e9),
        options.number("confidence", 1, 0.5, 1));
  }

  private static double weight(JudgeOptions criterion, Rule.Combine combine) {
    double weight = criterion.number("weight", 1, -1e9, 1e9);
    return weight == 0 && combine == Rule.Combine.IN_ORDER
        ? criterion.refuse("weight", weight, "above 0 for more, or below 0 for less, in order")
        : weight;
  }
}
