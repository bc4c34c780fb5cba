package io.dpostream.judge.assembler;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.util.Optional;

/**
 * What must hold of a record before it may reach its pair, though its schema does not say so. Our
 * own clients keep to it; those in other languages may not.
 */
final class Admission {
  /** Ids are remembered, and written again with every decision. */
  private static final int MAX_ID_LENGTH = 256;

  private Admission() {}

  /** Why nothing can be decided on a pair, if so. */
  static Optional<String> fault(CompletionPair pair) {
    return id("pair_id", pair.getPairId()).or(() -> id("content_hash", pair.getContentHash()));
  }

  /** Why nothing can be decided from a vote, if so. */
  static Optional<String> fault(Judgment vote) {
    return id("pair_id", vote.getPairId())
        .or(() -> id("content_hash", vote.getContentHash()))
        .or(() -> id("judgment_id", vote.getJudgmentId()))
        .or(() -> id("judge_id", vote.getJudgeId()))
        .or(() -> vote.getAnnotatorId().flatMap(id -> id("annotator_id", id)))
        .or(() -> standsFor(vote))
        .or(() -> confidence(vote))
        .or(() -> margin(vote));
  }

  private static Optional<String> id(String field, String id) {
    return id.length() <= MAX_ID_LENGTH
        ? Optional.empty()
        : Optional.of("%s: %d characters, at most %d".formatted(field, id.length(), MAX_ID_LENGTH));
  }

  private static Optional<String> standsFor(Judgment vote) {
    int most = vote.getVerdict() == VerdictKind.ABSTAIN ? Assembly.MAX_VOTES : 1;
    return vote.getStandsFor() >= 1 && vote.getStandsFor() <= most
        ? Optional.empty()
        : Optional.of(
            "judgment %s: stands_for %d, should be 1, or at most %d for an abstention"
                .formatted(vote.getJudgmentId(), vote.getStandsFor(), Assembly.MAX_VOTES));
  }

  private static Optional<String> confidence(Judgment vote) {
    boolean forSide =
        vote.getVerdict() == VerdictKind.FIRST || vote.getVerdict() == VerdictKind.SECOND;
    double confidence = vote.getConfidence();
    return !forSide || (confidence >= 0.5 && confidence <= 1)
        ? Optional.empty()
        : Optional.of(
            "judgment %s: confidence %s is no probability in [0.5, 1] that the side is better"
                .formatted(vote.getJudgmentId(), confidence));
  }

  private static Optional<String> margin(Judgment vote) {
    return vote.getScoreMargin()
        .filter(margin -> !Double.isFinite(margin))
        .map(
            margin ->
                "judgment %s: score_margin %s is not finite"
                    .formatted(vote.getJudgmentId(), margin));
  }
}
