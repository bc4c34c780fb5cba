package io.dpostream.judge.rule;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.JudgeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The type {@code reference}: agrees with the prompt's reference answer or not, and the shorter one
 * among equals. Options: {@code match} ({@code auto}, {@code exact}, {@code numeric}, {@code
 * contained}), {@code brevity} ({@code correct}: only among two that are right, {@code always},
 * {@code off}), {@code confidence}.
 */
public final class ReferenceJudgeFactory implements JudgeFactory {
  private enum Brevity {
    CORRECT,
    ALWAYS,
    OFF
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Judge create(JudgeOptions options) {
    Criterion reference = Criteria.reference(options.choice("match", ReferenceMatch.AUTO));
    Brevity brevity = options.choice("brevity", Brevity.CORRECT);
    List<Rule.Clause> clauses = new ArrayList<>();
    clauses.add(new Rule.Clause("reference", reference, 1, 0, brevity == Brevity.CORRECT));
    if (brevity != Brevity.OFF) {
      Criterion shorter = Criterion.ofText(text -> -text.strip().length());
      clauses.add(new Rule.Clause("brevity", shorter, 1, 0, false));
    }
    double confidence = options.number("confidence", 1, 0.5, 1);
    Rule rule = new Rule(clauses, Rule.Combine.IN_ORDER, 0, confidence);
    return new RuleJudge(rule, Map.of(), "reference-2-" + options.fingerprint());
  }
}
