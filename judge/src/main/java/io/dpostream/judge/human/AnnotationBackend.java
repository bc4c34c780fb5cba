package io.dpostream.judge.human;

import java.time.Duration;

/**
 * What the judging page works with: the tasks, and the log that votes are written to.
 *
 * @param tasks knows everything that was written before the page was opened
 */
public record AnnotationBackend(TaskTable tasks, VoteLog log) {
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
