package io.dpostream.judge.service;

import io.dpostream.judge.Evidence;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.JudgmentId;
import io.dpostream.schemas.VerdictKind;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes judgments of verdicts; the same pair and judge give the same judgment id. */
record JudgmentRecords(String judgeId, JudgeKind kind, String version) {

  Judgment of(CompletionPair pair, Verdict verdict, Instant now, OptionalLong latencyMs) {
    Evidence evidence = verdict.evidence();
    Judgment.Builder judgment =
        Judgment.newBuilder()
            .setJudgmentId(JudgmentId.of(pair.getPairId(), judgeId, Optional.empty(), 1))
            .setPairId(pair.getPairId())
            .setContentHash(pair.getContentHash())
            .setJudgeId(judgeId)
            .setJudgeKind(kind)
            .setJudgeVersion(version)
            .setVerdict(kind(verdict))
            .setConfidence(
                verdict instanceof Verdict.Preferred preferred ? preferred.confidence() : 0.5)
            .setCalls(evidence.calls())
            .setCreatedAt(now);
    latencyMs.ifPresent(judgment::setLatencyMs);
    evidence.scoreMargin().ifPresent(judgment::setScoreMargin);
    evidence.promptTemplateSha256().ifPresent(judgment::setPromptTemplateSha256);
    evidence.costUsd().ifPresent(judgment::setCostUsd);
    evidence.rationale().ifPresent(judgment::setRationale);
    if (verdict instanceof Verdict.Abstain abstain) {
      judgment.setRationale(abstain.reason());
    }
    return judgment.build();
  }

  private static VerdictKind kind(Verdict verdict) {
    if (verdict instanceof Verdict.Preferred preferred) {
      return preferred.side() == Side.FIRST ? VerdictKind.FIRST : VerdictKind.SECOND;
    }
    return verdict instanceof Verdict.Tie ? VerdictKind.TIE : VerdictKind.ABSTAIN;
  }
}
