package io.dpostream.judge.rule;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Judges by one rule, or by another where a prompt has a tag that has its own. */
final class RuleJudge implements Judge {
  private final Rule rule;
  private final Map<String, Rule> byTag;
  private final String version;

  RuleJudge(Rule rule, Map<String, Rule> byTag, String version) {
    this.rule = rule;
    this.byTag = Map.copyOf(byTag);
    this.version = version;
  }

  @Override
  public JudgeKind kind() {
    return JudgeKind.RULE;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public CompletableFuture<Verdict> compare(Comparison comparison) {
    return CompletableFuture.completedFuture(ruleFor(comparison).apply(comparison));
  }

  private Rule ruleFor(Comparison comparison) {
    return comparison.tags().stream()
        .filter(byTag::containsKey)
        .findFirst()
        .map(byTag::get)
        .orElse(rule);
  }
}
