package io.dpostream.judge.human;

import java.time.Duration;

/** What becomes of an answer that a person has posted. */
public sealed interface Posted {
  /**
   * Write this vote; it counts once {@link TaskTable#voted} has been told of it.
   *
   * @param thinking how long the person has had the pair; zero when that is not known any more
   */
  record Accepted(HumanVote vote, Duration thinking) implements Posted {}

  /** This person has answered this turn before: nothing to do. */
  record Repeated(HumanVote vote) implements Posted {}

  /** The answer does not count. */
  record TooLate(String why) implements Posted {}
}
