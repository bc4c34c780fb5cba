package io.dpostream.judge.human;

import java.time.Duration;

/** What happens to an answer that a person has submitted. */
public sealed interface SubmissionResult {
  /**
   * Write this vote; it counts once {@link TaskTable#voted} has been told of it.
   *
   * @param thinking how long the person has had the pair; zero when that is not known any more
   */
  record Accepted(HumanVote vote, Duration thinking) implements SubmissionResult {}

  /** This person has answered this turn before: nothing to do. */
  record Repeated(HumanVote vote) implements SubmissionResult {}

  /** The answer does not count. */
  record TooLate(String why) implements SubmissionResult {}
}
