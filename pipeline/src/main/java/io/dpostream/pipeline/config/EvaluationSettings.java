package io.dpostream.pipeline.config;

import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.Map;
import java.util.Optional;

/** Settings of how a run is measured against its reference. */
public record EvaluationSettings(
    @Doc(
            "File of held-out prompts, in the forms of `prompts.file`; nothing is measured unless it is set.")
        Optional<String> prompts,
    @Doc("The judge that compares: its `type` and options; it need not be one that labels.")
        @Default("{type: reference}")
        Map<String, Object> judge,
    @Doc("Comparisons that one side must have won before the measurement ends.") @Default("400")
        long minDecided,
    @Doc("Times that the prompts are gone through at most.") @Default("20") int maxRounds) {

  public EvaluationSettings {
    judge = Map.copyOf(judge);
    Require.atLeast("min_decided", minDecided, 1);
    Require.atLeast("max_rounds", maxRounds, 1);
  }

  /** Creates the judge, owned by the caller. */
  public Judge newJudge() {
    return Judges.onClassPath().create(judge, "evaluation.judge");
  }
}
