package io.dpostream.judge;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.JudgmentId;
import io.dpostream.schemas.VerdictKind;
import java.time.Instant;
import java.util.Optional;

/** Judgments for tests. */
public final class Votes {
  private Votes() {}

  /** A machine's first vote, with confidence 1. */
  public static Judgment vote(CompletionPair pair, String judge, VerdictKind verdict) {
    return vote(pair, judge, JudgeKind.RULE, Optional.empty(), 1, verdict);
  }

  /** A person's first vote. */
  public static Judgment human(CompletionPair pair, String person, VerdictKind verdict) {
    return vote(pair, "people", JudgeKind.HUMAN, Optional.of(person), 1, verdict);
  }

  /** The vote that supersedes another. */
  public static Judgment superseding(CompletionPair pair, Judgment earlier, VerdictKind verdict) {
    Judgment later =
        vote(
            pair,
            earlier.getJudgeId(),
            earlier.getJudgeKind(),
            earlier.getAnnotatorId(),
            earlier.getAttempt() + 1,
            verdict);
    return Judgment.newBuilder(later).setSupersedes(earlier.getJudgmentId()).build();
  }

  /** Any vote. */
  public static Judgment vote(
      CompletionPair pair,
      String judge,
      JudgeKind kind,
      Optional<String> annotator,
      int attempt,
      VerdictKind verdict) {
    Judgment.Builder vote =
        Judgment.newBuilder()
            .setJudgmentId(JudgmentId.of(pair.getPairId(), judge, annotator, attempt))
            .setPairId(pair.getPairId())
            .setContentHash(pair.getContentHash())
            .setJudgeId(judge)
            .setJudgeKind(kind)
            .setJudgeVersion("1")
            .setAttempt(attempt)
            .setVerdict(verdict)
            .setConfidence(verdict == VerdictKind.TIE || verdict == VerdictKind.ABSTAIN ? 0.5 : 1)
            .setCreatedAt(Instant.EPOCH);
    annotator.ifPresent(vote::setAnnotatorId);
    return vote.build();
  }
}
