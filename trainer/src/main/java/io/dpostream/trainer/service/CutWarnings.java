package io.dpostream.trainer.service;

import io.dpostream.schemas.StepTaken;
import io.dpostream.trainer.learner.StepMetrics;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of the first pair of each kind that is trained on without all of its tokens. */
final class CutWarnings {
  private static final Logger log = LoggerFactory.getLogger(CutWarnings.class);

  private final Set<String> told = new HashSet<>();

  void tell(StepTaken step) {
    tell(
        step,
        StepMetrics.TRUNCATED_PROMPTS,
        "a prompt has lost its beginning; raise trainer.max_prompt_length");
    tell(
        step,
        StepMetrics.TRUNCATED_COMPLETIONS,
        "a completion has lost its end at trainer.max_length, or where the model's context ends");
  }

  private void tell(StepTaken step, String metric, String what) {
    if (step.getMetrics().containsKey(metric) && told.add(metric)) {
      log.warn(
          "step {}: {}. It is not told again; steps.jsonl counts such pairs as {}",
          step.getStep(),
          what,
          metric);
    }
  }
}
