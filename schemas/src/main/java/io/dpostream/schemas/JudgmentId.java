package io.dpostream.schemas;

import java.util.Optional;

/** Derives a judgment's id from who judged what, so that a repeated delivery gives the same id. */
public final class JudgmentId {
  private JudgmentId() {}

  /**
   * Returns the first half of a SHA-256, in 32 lower-case hexadecimal digits.
   *
   * @param annotatorId the person, where a person judged
   * @param attempt from 1; a later vote of the same judge on the same pair has a higher one
   */
  public static String of(
      String pairId, String judgeId, Optional<String> annotatorId, int attempt) {
    return new Sha256("dpo-stream judgment 1")
        .put(pairId)
        .put(judgeId)
        .put(annotatorId.isPresent() ? 1 : 0)
        .put(annotatorId.orElse(""))
        .put(attempt)
        .hex(16);
  }
}
