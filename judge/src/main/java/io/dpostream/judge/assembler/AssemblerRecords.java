package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Vote;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Builds the records that the assembler writes. */
final class AssemblerRecords {
  private AssemblerRecords() {}

  static PairOutcome outcome(
      CompletionPair pair, Decision decision, List<Judgment> votes, long now) {
    return PairOutcome.newBuilder()
        .setPairId(pair.getPairId())
        .setRunId(pair.getRunId())
        .setContentHash(pair.getContentHash())
        .setOutcome(decision.kind())
        .setReason(decision.reason())
        .setPolicyVersion(pair.getPolicyVersion())
        .setVotes(votes.stream().map(AssemblerRecords::vote).toList())
        .setDecidedAt(Instant.ofEpochMilli(now))
        .build();
  }

  static Preference preference(
      CompletionPair pair,
      Decision decision,
      Side chosen,
      List<Judgment> votes,
      int revision,
      long now) {
    boolean first = chosen == Side.FIRST;
    Optional<Double> margin = decision.scoreMargin().map(value -> first ? value : -value);
    Preference.Builder preference =
        Preference.newBuilder()
            .setPairId(pair.getPairId())
            .setRevision(revision)
            .setRunId(pair.getRunId())
            .setPrompt(pair.getPrompt())
            .setPromptTokenIds(pair.getPromptTokenIds())
            .setChosen(first ? pair.getFirst() : pair.getSecond())
            .setRejected(first ? pair.getSecond() : pair.getFirst())
            .setChosenWasFirst(first)
            .setProbability(decision.probability())
            .setVotes(votes.stream().map(AssemblerRecords::vote).toList())
            .setPolicyVersion(pair.getPolicyVersion())
            .setPolicySha256(pair.getPolicySha256())
            .setContentHash(pair.getContentHash())
            .setDecidedAt(Instant.ofEpochMilli(now));
    margin.ifPresent(preference::setRewardMargin);
    return preference.build();
  }

  private static Vote vote(Judgment judgment) {
    Vote.Builder vote =
        Vote.newBuilder()
            .setJudgmentId(judgment.getJudgmentId())
            .setJudgeId(judgment.getJudgeId())
            .setJudgeKind(judgment.getJudgeKind())
            .setVerdict(judgment.getVerdict())
            .setConfidence(judgment.getConfidence());
    judgment.getAnnotatorId().ifPresent(vote::setAnnotatorId);
    return vote.build();
  }
}
