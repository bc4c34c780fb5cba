package io.dpostream.judge.human;

import java.time.Duration;
import java.util.Set;

/**
 * What holds for all tasks of a table.
 *
 * @param judgeId the human judge
 * @param annotators everybody who may judge
 * @param votesPerPair verdicts of different people that each pair is to get
 * @param lease how long a person may hold a task
 * @param corrections how long after a pair's outcome a person's vote still counts
 * @param maxOpen pairs that may wait for people; of more, the oldest version's newest are given up
 *     unless somebody has them already
 * @param showDecided whether people are asked of pairs that have their outcome, too, as long as
 *     corrections count
 */
public record TaskTableSettings(
    String judgeId,
    Set<String> annotators,
    int votesPerPair,
    Duration lease,
    Duration corrections,
    int maxOpen,
    boolean showDecided) {

  /** The time in which topics that are read side by side may be apart. */
  private static final Duration SIDE_BY_SIDE = Duration.ofMinutes(1);

  public TaskTableSettings {
    annotators = Set.copyOf(annotators);
  }

  /** How long after its outcome a pair is kept: its own records, too, may come a little later. */
  Duration kept() {
    return corrections.compareTo(SIDE_BY_SIDE) > 0 ? corrections : SIDE_BY_SIDE;
  }
}
