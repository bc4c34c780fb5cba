package io.dpostream.pipeline.config;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.judge.Judges;
import io.dpostream.settings.UserException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a run is measured against its reference.
 *
 * @param prompts JSONL file of held-out prompts; nothing is measured when absent
 * @param judge the one that compares: its type and options; it need not be the one that labels
 * @param minDecided comparisons that one side must have won before the measurement ends
 * @param maxRounds times that the prompts are gone through at most
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

  /** Nothing is measured; were it, by the reference answer and then by brevity. */
  public static EvaluationSettings defaults() {
    return new EvaluationSettings(Optional.empty(), Map.of(TYPE, "reference"), 400, 20);
  }

  /** A new judge, owned by the caller. */
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
