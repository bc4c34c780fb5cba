package io.dpostream.pipeline.config;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.judge.Judges;
import io.dpostream.settings.UserException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of how a run is measured against its reference.
 *
 * @param prompts JSONL file of held-out prompts; nothing is measured when absent
 * @param judge type and options of the judge that compares, which need not be the one that labels
 * @param minDecided comparisons that one side must have won before the measurement ends
 * @param maxRounds greatest number of passes over the prompts
 */
public record EvaluationSettings(
    Optional<String> prompts, Map<String, Object> judge, long minDecided, int maxRounds) {

  private static final String TYPE = "type";

  public EvaluationSettings {
    judge = Map.copyOf(judge);
    if (minDecided < 1) {
      throw new UserException(
          "evaluation.min_decided: " + minDecided + " is not possible; use a positive number");
    }
    if (maxRounds < 1) {
      throw new UserException(
          "evaluation.max_rounds: " + maxRounds + " is not possible; use a positive number");
    }
  }

  /**
   * The defaults: nothing is measured unless prompts are set; then by reference answer and brevity.
   */
  public static EvaluationSettings defaults() {
    return new EvaluationSettings(Optional.empty(), Map.of(TYPE, "reference"), 400, 20);
  }

  /** Creates the judge, owned by the caller. */
  public Judge newJudge() {
    Map<String, Object> options = new HashMap<>(judge);
    Object type = options.remove(TYPE);
    if (type == null) {
      throw new UserException("evaluation.judge.type: is missing; name a type of judge");
    }
    return Judges.onClassPath()
        .create(type.toString(), new JudgeOptions("evaluation.judge", options));
  }
}
