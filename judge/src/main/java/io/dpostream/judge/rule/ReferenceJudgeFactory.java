package io.dpostream.judge.rule;

import io.dpostream.judge.Fingerprint;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.rule.ReferenceOptions.Brevity;
import io.dpostream.judge.rule.RuleOptions.Combine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The type {@code reference}: agrees with the prompt's reference answer or not, and the shorter one
 * among equals.
 */
public final class ReferenceJudgeFactory implements JudgeFactory<ReferenceOptions> {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Class<ReferenceOptions> optionsType() {
    return ReferenceOptions.class;
  }

  @Override
  public Judge create(ReferenceOptions options, String path) {
    Criterion reference = Criteria.reference(options.match());
    Brevity brevity = options.brevity();
    List<Rule.Clause> clauses = new ArrayList<>();
    clauses.add(new Rule.Clause("reference", reference, 1, 0, brevity == Brevity.CORRECT));
    if (brevity != Brevity.OFF) {
      Criterion shorter = Criterion.ofText(text -> -text.strip().length());
      clauses.add(new Rule.Clause("brevity", shorter, 1, 0, false));
    }
    Rule rule = new Rule(clauses, Combine.IN_ORDER, 0, options.confidence());
    return new RuleJudge(rule, Map.of(), "reference-3-" + Fingerprint.of(options));
  }
}
