package io.dpostream.judge.human;

import io.dpostream.schemas.JudgmentId;
import io.dpostream.schemas.VerdictKind;
import java.time.Instant;
import java.util.Optional;

/**
 * What one person said of one pair. The same person's second thoughts have the next attempt.
 *
 * @param judgeId the human judge that the page belongs to
 * @param contentHash of the pair that the person saw
 * @param attempt from 1
 * @param verdict ABSTAIN when the person skipped the pair
 * @param castAt when the person answered
 */
public record HumanVote(
    String judgeId,
    String pairId,
    String contentHash,
    String annotator,
    int attempt,
    VerdictKind verdict,
    Instant castAt) {

  /** The judgment's id: the same vote sent twice has the same, and counts once. */
  public String id() {
    return JudgmentId.of(pairId, judgeId, Optional.of(annotator), attempt);
  }

  /** Id of this person's earlier vote on the pair, which this one replaces. */
  public Optional<String> supersedes() {
    return attempt == 1
        ? Optional.empty()
        : Optional.of(JudgmentId.of(pairId, judgeId, Optional.of(annotator), attempt - 1));
  }

  /** The one that was cast last. */
  static HumanVote later(HumanVote a, HumanVote b) {
    return a.castAt.isAfter(b.castAt) ? a : b;
  }
}
