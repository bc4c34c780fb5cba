package io.dpostream.judge.stats;

import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.schemas.Vote;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often labels are wrong, by the error rates of the judges whose votes made them.
 *
 * @param rate mean probability that the better side was not the one that most votes named
 * @param labels that it is the mean of
 */
public record LabelNoise(double rate, long labels) {

  /** The votes of a label that name a side, and how many labels have the same ones. */
  record Pattern(List<Vote> votes, long labels) {}

  /**
   * From labels and error rates. Under judges that err independently, the log-odds of their votes
   * add up to the posterior of the better side; a label whose votes have no known error rate does
   * not count. Where people voted, the side is the one that they named.
   *
   * @param errorRates by judge, or judge id/annotator id
   * @return empty without a label that counts
   */
  static Optional<LabelNoise> of(Iterable<Pattern> patterns, Map<String, Double> errorRates) {
    double wrong = 0;
    long labels = 0;
    for (Pattern pattern : patterns) {
      if (pattern.votes().stream().allMatch(vote -> errorRates.containsKey(voter(vote)))) {
        wrong += pattern.labels() * wrong(pattern.votes(), errorRates);
        labels += pattern.labels();
      }
    }
    return labels == 0 ? Optional.empty() : Optional.of(new LabelNoise(wrong / labels, labels));
  }

  private static double wrong(List<Vote> votes, Map<String, Double> errorRates) {
    double logOdds = 0;
    for (Vote vote : votes) {
      double error = errorRates.getOrDefault(voter(vote), 0.5);
      logOdds += sign(vote) * Math.log((1 - error) / error);
    }
    List<Vote> people =
        votes.stream().filter(vote -> vote.getJudgeKind() == JudgeKind.HUMAN).toList();
    int named = (people.isEmpty() ? votes : people).stream().mapToInt(LabelNoise::sign).sum();
    double right =
        1 / (1 + Math.exp(named == 0 ? -Math.abs(logOdds) : -named * logOdds / Math.abs(named)));
    return 1 - right;
  }

  private static int sign(Vote vote) {
    return vote.getVerdict() == VerdictKind.FIRST ? 1 : -1;
  }

  static String voter(Vote vote) {
    return vote.getJudgeId() + vote.getAnnotatorId().map(id -> "/" + id).orElse("");
  }
}
