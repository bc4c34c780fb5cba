package io.dpostream.judge.stats;

import io.dpostream.judge.Side;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.schemas.Vote;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often labels are wrong, by the error rates of the judges whose votes made them.
 *
 * @param rate mean probability that the better side was not the one that was chosen
 * @param labels that it is the mean of
 */
public record LabelNoise(double rate, long labels) {

  /**
   * What is known of a label.
   *
   * @param votes that name a side
   * @param chosen the side that they made the chosen one, where that is recorded
   */
  record Label(List<Vote> votes, Optional<Side> chosen) {}

  /**
   * Estimates the noise from labels and error rates. With judges that err independently, the
   * log-odds of their votes add up to the posterior of the better side; a label whose votes have no
   * known error rate does not count. Where it is not recorded which side was chosen, it is the one
   * that most people named, or most votes where no person voted.
   *
   * @param labels how many there are of each
   * @param errorRates by judge, or judge id/annotator id
   * @return empty without a label that counts
   */
  static Optional<LabelNoise> of(Map<Label, Long> labels, Map<String, Double> errorRates) {
    double wrong = 0;
    long counted = 0;
    for (Map.Entry<Label, Long> alike : labels.entrySet()) {
      Label label = alike.getKey();
      if (label.votes().stream().allMatch(vote -> errorRates.containsKey(voter(vote)))) {
        wrong += alike.getValue() * wrong(label, errorRates);
        counted += alike.getValue();
      }
    }
    return counted == 0 ? Optional.empty() : Optional.of(new LabelNoise(wrong / counted, counted));
  }

  private static double wrong(Label label, Map<String, Double> errorRates) {
    double logOdds = 0;
    for (Vote vote : label.votes()) {
      double error = errorRates.getOrDefault(voter(vote), 0.5);
      logOdds += sign(vote) * Math.log((1 - error) / error);
    }
    int chosen =
        label.chosen().map(side -> side == Side.FIRST ? 1 : -1).orElse(named(label.votes()));
    double right = 1 / (1 + Math.exp(chosen == 0 ? -Math.abs(logOdds) : -chosen * logOdds));
    return 1 - right;
  }

  /** 1 for the first side, -1 for the second, 0 for neither. */
  private static int named(List<Vote> votes) {
    List<Vote> people =
        votes.stream().filter(vote -> vote.getJudgeKind() == JudgeKind.HUMAN).toList();
    return Integer.signum(
        (people.isEmpty() ? votes : people).stream().mapToInt(LabelNoise::sign).sum());
  }

  private static int sign(Vote vote) {
    return vote.getVerdict() == VerdictKind.FIRST ? 1 : -1;
  }

  static String voter(Vote vote) {
    return vote.getJudgeId() + vote.getAnnotatorId().map(id -> "/" + id).orElse("");
  }
}
