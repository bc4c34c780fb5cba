package io.dpostream.judge.service;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.human.HumanVote;
import io.dpostream.judge.human.TaskTable.GivenUp;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.JudgmentId;
import io.dpostream.schemas.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Makes judgments of people's votes, and votes of judgments. */
record HumanRecords(String judgeId, String version) {

  /** A judgment as people's are, on no pair. */
  Judgment example() {
    HumanVote vote = new HumanVote(judgeId, "", "", "", 1, VerdictKind.TIE, Instant.EPOCH);
    return vote(vote, Duration.ZERO);
  }

  /** A person's vote. */
  Judgment vote(HumanVote vote, Duration thinking) {
    Judgment.Builder judgment =
        judgment(vote.pairId(), vote.contentHash(), vote.verdict(), vote.castAt())
            .setJudgmentId(vote.id())
            .setAnnotatorId(vote.annotator())
            .setAttempt(vote.attempt());
    vote.supersedes().ifPresent(judgment::setSupersedes);
    if (!thinking.isZero()) {
      judgment.setLatencyMs(thinking.toMillis());
    }
    if (vote.verdict() == VerdictKind.ABSTAIN) {
      judgment.setRationale("skipped by " + vote.annotator());
    }
    return judgment.build();
  }

  /** The judge's own abstention, for all the people who will not judge a pair. */
  Judgment abstention(GivenUp pair, Instant now) {
    Comparison comparison = pair.comparison();
    return judgment(comparison.pairId(), comparison.contentHash(), VerdictKind.ABSTAIN, now)
        .setJudgmentId(JudgmentId.of(comparison.pairId(), judgeId, Optional.empty(), 1))
        .setStandsFor(pair.missing())
        .setRationale(pair.reason())
        .build();
  }

  /** The vote that a person's judgment holds. */
  HumanVote vote(Judgment judgment) {
    return new HumanVote(
        judgment.getJudgeId(),
        judgment.getPairId(),
        judgment.getContentHash(),
        judgment.getAnnotatorId().orElseThrow(),
        judgment.getAttempt(),
        judgment.getVerdict(),
        judgment.getCreatedAt());
  }

  private Judgment.Builder judgment(
      String pairId, String contentHash, VerdictKind verdict, Instant now) {
    boolean preferred = verdict == VerdictKind.FIRST || verdict == VerdictKind.SECOND;
    return Judgment.newBuilder()
        .setPairId(pairId)
        .setContentHash(contentHash)
        .setJudgeId(judgeId)
        .setJudgeKind(JudgeKind.HUMAN)
        .setJudgeVersion(version)
        .setVerdict(verdict)
        .setConfidence(preferred ? 1 : 0.5)
        .setCreatedAt(now);
  }
}
