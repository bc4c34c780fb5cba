package io.dpostream.judge.service;

import io.dpostream.schemas.Judgment;
import java.net.URI;

/** Told what judges do, for progress and metrics; called by their threads. */
public interface JudgeListener {
  /** Hears nothing. */
  JudgeListener NONE = new JudgeListener() {};

  /** A judgment is written; one that is rolled back and repeated is told again. */
  default void judged(Judgment judgment) {}

  /** People can judge at this address, as seen from this machine. */
  default void pageServed(String judgeId, URI address) {}

  /** A judge has failed on a pair, which is tried again or given up. */
  default void failed(String judgeId, String pairId, Throwable cause) {}

  /** A pair is given up: a dead letter, and an abstention in its place. */
  default void givenUp(String judgeId, String pairId, String reason) {}

  /**
   * How many of a judge's last judgments are abstentions, after each of them.
   *
   * @param share of the last {@code judge.abstention_window}, 0 to 1
   * @param alarm whether that is as many as {@code judge.abstention_alarm} calls too many
   */
  default void abstentions(String judgeId, double share, boolean alarm) {}
}
