package io.dpostream.judge.rule;

import io.dpostream.judge.Fingerprint;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import java.util.HashMap;
import java.util.Map;

/** The type {@code rule}: criteria that a user puts together, others for prompts with a tag. */
public final class RuleJudgeFactory implements JudgeFactory<RuleOptions> {
  @Override
  public String name() {
    return "rule";
  }

  @Override
  public Class<RuleOptions> optionsType() {
    return RuleOptions.class;
  }

  @Override
  public Judge create(RuleOptions options, String path) {
    Map<String, Rule> byTag = new HashMap<>();
    options.byTag().forEach((tag, scoring) -> byTag.put(tag, scoring.rule()));
    return new RuleJudge(options.scoring().rule(), byTag, "rule-3-" + Fingerprint.of(options));
  }
}
