package io.dpostream.judge.assembler;

import io.dpostream.schemas.OutcomeKind;

/**
 * Told what the assembler does, for progress and metrics. Called by stream threads before the
 * transaction commits: what is rolled back after a failure is told again.
 */
public interface AssemblerListener {
  /** Hears nothing. */
  AssemblerListener NONE = new AssemblerListener() {};

  /** A pair has its outcome. */
  default void ended(OutcomeKind outcome) {}

  /** A correction has made a new revision of a preference. */
  default void revised() {}

  /** A judge has voted on a pair that had its outcome. */
  default void late(String judgeId) {}

  /** A record went to the dead letters. */
  default void deadLettered(String error) {}
}
