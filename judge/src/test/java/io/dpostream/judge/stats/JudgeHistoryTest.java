package io.dpostream.judge.stats;

import static io.dpostream.judge.Votes.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.judge.Examples;
import io.dpostream.judge.Side;
import io.dpostream.judge.stats.LabelNoise.Label;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.schemas.Vote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeHistoryTest {

  /**
   * Three judges at 20 %: a majority is wrong when two are, 3 · 0.2² · 0.8 = 0.096, or three, 0.2³
   * = 0.008: 0.104 together. Of the errors 20,000 labels show, the standard deviation is .0022.
   */
  @Test
  void shouldFindHowOftenAMajorityOfSimulatedJudgesIsWrong() {
    Simulation simulation = new Simulation(20_000, 3, 0.2);

    LabelNoise noise = simulation.noise();

    assertThat(noise.labels()).isEqualTo(20_000);
    assertThat(noise.rate()).isCloseTo(0.104, within(0.01));
    assertThat(noise.rate()).isCloseTo(simulation.wrong(), within(0.012));
    assertThat(simulation.history.reports(1))
        .allSatisfy(
            report ->
                assertThat(report.errorRate().orElseThrow().estimate())
                    .isCloseTo(0.2, within(0.015)));
  }

  @Test
  void shouldFindHowOftenASingleVoteIsWrong() {
    assertThat(new Simulation(10_000, 1, 0.2).noise().rate()).isCloseTo(0.2, within(0.02));
  }

  /** By hand: the odds of a judge with error 0.2 are 4, of one with 0.4 they are 1.5. */
  @Test
  void shouldTakeTheSideThatMostVotesNamed() {
    Map<String, Double> errors = Map.of("a", 0.2, "b", 0.4, "c", 0.4, "people/ann", 0.2);
    Vote a = ballot("a", VerdictKind.FIRST);
    Vote b = ballot("b", VerdictKind.SECOND);
    Vote c = ballot("c", VerdictKind.SECOND);
    Vote ann =
        Vote.newBuilder(ballot("people", VerdictKind.FIRST))
            .setJudgeKind(JudgeKind.HUMAN)
            .setAnnotatorId("ann")
            .build();

    assertThat(rate(errors, a)).isCloseTo(0.2, within(1e-12));
    // a against b and c: odds of SECOND are 1.5 * 1.5 / 4 = 0.5625; SECOND was named
    assertThat(rate(errors, a, b, c)).isCloseTo(1 / 1.5625, within(1e-12));
    // a against b: nobody has a majority, and what is likelier counts: odds 4 / 1.5
    assertThat(rate(errors, a, b)).isCloseTo(1.5 / 5.5, within(1e-12));
    // the same three, where the posterior has decided and not the majority
    assertThat(rate(errors, Optional.of(Side.FIRST), a, b, c))
        .isCloseTo(0.5625 / 1.5625, within(1e-12));
    // a person's side stands against b and c: odds 4 / 2.25
    assertThat(rate(errors, ann, b, c)).isCloseTo(2.25 / 6.25, within(1e-12));
  }

  @Test
  void shouldNotCountLabelsOfJudgesThatNobodyKnows() {
    Label unknown = new Label(List.of(ballot("d", VerdictKind.FIRST)), Optional.empty());

    assertThat(LabelNoise.of(Map.of(unknown, 5L), Map.of("a", 0.2))).isEmpty();
  }

  @Test
  void shouldForgetTheOldestPairs() {
    JudgeHistory history = new JudgeHistory(10);
    for (int i = 0; i < 25; i++) {
      history.add(vote(pair(i), "old", VerdictKind.FIRST));
    }
    for (int i = 25; i < 34; i++) {
      history.add(vote(pair(i), "new", VerdictKind.FIRST));
    }
    assertThat(history.judgments()).isEqualTo(34);
    assertThat(history.reports(1))
        .extracting(JudgeReport::judge, JudgeReport::judgments)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("new", 9L),
            org.assertj.core.groups.Tuple.tuple("old", 1L));
  }

  private static double rate(Map<String, Double> errors, Vote... votes) {
    return rate(errors, Optional.empty(), votes);
  }

  private static double rate(Map<String, Double> errors, Optional<Side> chosen, Vote... votes) {
    Label label = new Label(List.of(votes), chosen);
    return LabelNoise.of(Map.of(label, 3L), errors).orElseThrow().rate();
  }

  private static Vote ballot(String judge, VerdictKind verdict) {
    return Vote.newBuilder()
        .setJudgmentId("")
        .setJudgeId(judge)
        .setJudgeKind(JudgeKind.RULE)
        .setVerdict(verdict)
        .setConfidence(1)
        .build();
  }

  private static CompletionPair pair(int i) {
    return Examples.pair("pair-" + i, Examples.prompt("p"), "a", "b");
  }

  /** Three judges that are wrong independently; the first {@code deciding} of them make labels. */
  private static final class Simulation {
    private final JudgeHistory history = new JudgeHistory(100_000);
    private int wrong;
    private final int pairs;

    Simulation(int pairs, int deciding, double errorRate) {
      this.pairs = pairs;
      Random random = new Random(11);
      for (int i = 0; i < pairs; i++) {
        CompletionPair pair = pair(i);
        VerdictKind better = random.nextBoolean() ? VerdictKind.FIRST : VerdictKind.SECOND;
        List<Judgment> votes = new ArrayList<>();
        for (String judge : List.of("a", "b", "c")) {
          boolean errs = random.nextDouble() < errorRate;
          VerdictKind verdict =
              (better == VerdictKind.FIRST) != errs ? VerdictKind.FIRST : VerdictKind.SECOND;
          votes.add(vote(pair, judge, verdict));
        }
        votes.forEach(history::add);
        history.add(preference(pair, votes.subList(0, deciding)));
        long right =
            votes.subList(0, deciding).stream().filter(v -> v.getVerdict() == better).count();
        wrong += 2 * right < deciding ? 1 : 0;
      }
    }

    double wrong() {
      return (double) wrong / pairs;
    }

    LabelNoise noise() {
      return history.labelNoise(history.reports(1)).orElseThrow();
    }

    private static Preference preference(CompletionPair pair, List<Judgment> votes) {
      return Preference.newBuilder()
          .setPairId(pair.getPairId())
          .setRunId(pair.getRunId())
          .setPrompt(pair.getPrompt())
          .setPromptTokenIds(pair.getPromptTokenIds())
          .setChosen(pair.getFirst())
          .setRejected(pair.getSecond())
          .setVotes(votes.stream().map(v -> ballot(v.getJudgeId(), v.getVerdict())).toList())
          .setPolicyVersion(1)
          .setContentHash(pair.getContentHash())
          .setDecidedAt(Instant.EPOCH)
          .build();
    }
  }
}
