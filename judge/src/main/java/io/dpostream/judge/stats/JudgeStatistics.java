package io.dpostream.judge.stats;

import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures judges on their judgments, repeats and superseded votes left out. */
public final class JudgeStatistics {
  private static final int RESAMPLES = 200;

  private JudgeStatistics() {}

  /**
   * A report for each judge and person, by name.
   *
   * @param seed of the resampling behind the intervals
   */
  public static List<JudgeReport> of(Iterable<Judgment> judgments, long seed) {
    Ballots ballots = new Ballots(judgments);
    List<String> voters = List.copyOf(ballots.byVoter().keySet());
    List<Optional<ErrorRate>> errors = errorRates(ballots, voters, seed);
    List<JudgeReport> reports = new ArrayList<>();
    for (int i = 0; i < voters.size(); i++) {
      reports.add(report(voters.get(i), ballots, errors.get(i)));
    }
    return reports;
  }

  private static JudgeReport report(String voter, Ballots ballots, Optional<ErrorRate> errorRate) {
    List<Judgment> votes = ballots.byVoter().getOrDefault(voter, List.of());
    long ties = count(votes, VerdictKind.TIE);
    long abstained = count(votes, VerdictKind.ABSTAIN);
    long verdicts = votes.size() - abstained;
    long[] latencies =
        votes.stream().flatMap(v -> v.getLatencyMs().stream()).mapToLong(l -> l).sorted().toArray();
    return new JudgeReport(
        voter,
        votes.get(0).getJudgeKind(),
        votes.size(),
        verdicts == 0 ? 0 : (double) ties / verdicts,
        (double) abstained / votes.size(),
        ballots.agreement(voter, Ballots::isHuman),
        ballots.agreement(voter, vote -> true),
        PositionBias.of(votes),
        errorRate,
        quantile(latencies, 0.5),
        quantile(latencies, 0.99),
        votes.stream().flatMap(v -> v.getCostUsd().stream()).reduce(Double::sum));
  }

  private static List<Optional<ErrorRate>> errorRates(
      Ballots ballots, List<String> voters, long seed) {
    byte[][] votes = new byte[ballots.pairs().size()][voters.size()];
    int row = 0;
    for (Map<String, Judgment> pair : ballots.pairs()) {
      for (int j = 0; j < voters.size(); j++) {
        Judgment vote = pair.get(voters.get(j));
        if (vote != null) {
          votes[row][j] =
              switch (vote.getVerdict()) {
                case FIRST -> 1;
                case SECOND -> -1;
                case TIE, ABSTAIN -> 0;
              };
        }
      }
      row++;
    }
    return List.of(DawidSkene.estimate(votes, voters.size(), RESAMPLES, seed));
  }

  private static long count(List<Judgment> votes, VerdictKind verdict) {
    return votes.stream().filter(vote -> vote.getVerdict() == verdict).count();
  }

  private static Optional<Long> quantile(long[] sorted, double q) {
    return sorted.length == 0
        ? Optional.empty()
        : Optional.of(sorted[(int) Math.ceil(q * sorted.length) - 1]);
  }
}
