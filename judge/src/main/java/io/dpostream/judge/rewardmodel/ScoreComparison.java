package io.dpostream.judge.rewardmodel;

import io.dpostream.judge.Evidence;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;

/**
 * Turns two scores into a verdict: the higher one wins, with the probability σ(|margin| /
 * temperature) of Bradley and Terry's model (1952).
 *
 * @param temperature above 0; at 1 the scores are log-odds, as {@code dpo reward} trains them
 * @param tieMargin a margin of at most this is a tie; 0 leaves only equal scores
 */
record ScoreComparison(double temperature, double tieMargin) {

  Verdict verdict(double first, double second) {
    double margin = first - second;
    if (!Double.isFinite(margin)) {
      return new Verdict.Abstain("scores " + first + " and " + second + " are not finite");
    }
    Evidence evidence = Evidence.NONE.withScoreMargin(margin);
    if (Math.abs(margin) <= tieMargin) {
      return new Verdict.Tie(evidence);
    }
    double confidence = 1 / (1 + Math.exp(-Math.abs(margin) / temperature));
    return new Verdict.Preferred(margin > 0 ? Side.FIRST : Side.SECOND, confidence, evidence);
  }
}
