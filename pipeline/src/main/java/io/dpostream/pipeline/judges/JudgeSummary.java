package io.dpostream.pipeline.judges;

import io.dpostream.judge.stats.JudgeReport;
import io.dpostream.judge.stats.LabelNoise;
import java.util.List;
import java.util.Optional;

/**
 * Measurements of how good a run's judges are. Immutable.
 *
 * @param judgments seen so far, including those that are no longer remembered
 * @param judges a report for each judge and person, by name
 * @param labels how often labels are wrong, where error rates can be estimated
 */
public record JudgeSummary(long judgments, List<JudgeReport> judges, Optional<LabelNoise> labels) {

  /** The summary before anything is known. */
  public static final JudgeSummary EMPTY = new JudgeSummary(0, List.of(), Optional.empty());

  public JudgeSummary {
    judges = List.copyOf(judges);
  }
}
