package io.dpostream.judge.human;

import java.time.Duration;

/**
 * What the page works on: the tasks, and the log that votes go to.
 *
 * @param tasks told everything that was written before the desk was opened
 */
public record Desk(TaskTable tasks, VoteLog log) {
  /** Puts votes where they last. */
  @FunctionalInterface
  public interface VoteLog {
    /**
     * Returns when the vote is committed.
     *
     * @param thinking how long the person has had the pair
     * @throws RuntimeException when it is not, or not known to be; it may be written again
     */
    void write(HumanVote vote, Duration thinking);
  }
}
