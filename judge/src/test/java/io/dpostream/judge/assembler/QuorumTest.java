package io.dpostream.judge.assembler;

import static io.dpostream.judge.Votes.human;
import static io.dpostream.judge.Votes.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.judge.Examples;
import io.dpostream.judge.Side;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.VerdictKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuorumTest {
  private static final CompletionPair PAIR =
      Examples.pair("p", Examples.prompt("q"), "first", "second");

  @Test
  void shouldWaitForAVerdictPastAbstentionsUntilAllHaveVoted() {
    Quorum quorum = new Quorum(Configs.of("first", 2).build());

    assertThat(quorum.decide(votes(VerdictKind.ABSTAIN))).isEmpty();
    assertThat(quorum.decide(votes(VerdictKind.ABSTAIN, VerdictKind.SECOND)))
        .hasValueSatisfying(d -> assertThat(d.preferred()).contains(Side.SECOND));
    assertThat(quorum.decide(votes(VerdictKind.ABSTAIN, VerdictKind.ABSTAIN)))
        .hasValueSatisfying(d -> assertThat(d.kind()).isEqualTo(OutcomeKind.ABSTAINED));
  }

  @Test
  void shouldLeaveAPairThatOnePersonSkippedToOthersUntilTheirJudgeAbstains() {
    Quorum quorum = new Quorum(Configs.of("first", 1).build());
    Judgment skipped = human(PAIR, "ann", VerdictKind.ABSTAIN);
    Judgment given = human(PAIR, "bob", VerdictKind.FIRST);
    Judgment judgesOwn = vote(PAIR, "people", VerdictKind.ABSTAIN);

    assertThat(quorum.decide(List.of(skipped))).isEmpty();
    assertThat(quorum.decide(List.of(skipped, given)))
        .hasValueSatisfying(d -> assertThat(d.preferred()).contains(Side.FIRST));
    assertThat(quorum.decide(List.of(skipped, judgesOwn)))
        .hasValueSatisfying(d -> assertThat(d.kind()).isEqualTo(OutcomeKind.ABSTAINED));
  }

  @Test
  void shouldWaitNoLongerForThePeopleThatTheirJudgeAbstainsFor() {
    Quorum quorum = new Quorum(Configs.of("majority", 3).build());
    Judgment forTwo =
        Judgment.newBuilder(vote(PAIR, "people", VerdictKind.ABSTAIN)).setStandsFor(2).build();

    assertThat(quorum.decide(List.of(forTwo))).isEmpty();
    assertThat(quorum.decide(List.of(forTwo, vote(PAIR, "rules", VerdictKind.FIRST))))
        .hasValueSatisfying(d -> assertThat(d.preferred()).contains(Side.FIRST));
  }

  @Test
  void shouldNeedMoreThanHalfForAMajority() {
    Quorum quorum = new Quorum(Configs.of("majority", 3).build());

    assertThat(kind(quorum, VerdictKind.FIRST, VerdictKind.SECOND, VerdictKind.TIE))
        .isEqualTo(OutcomeKind.TIE);
    assertThat(kind(quorum, VerdictKind.FIRST, VerdictKind.TIE, VerdictKind.TIE))
        .isEqualTo(OutcomeKind.TIE);
    Decision two =
        quorum
            .decide(votes(VerdictKind.FIRST, VerdictKind.SECOND, VerdictKind.FIRST))
            .orElseThrow();
    assertThat(two.preferred()).contains(Side.FIRST);
    // two of three with confidence 1: (1 + 0 + 1) / 3
    assertThat(two.probability()).isEqualTo(2.0 / 3, within(1e-12));
    assertThat(quorum.decide(votes(VerdictKind.FIRST, VerdictKind.FIRST))).isEmpty();
  }

  @Test
  void shouldDropAPairOnWhichJudgesDisagreeUnderUnanimity() {
    Quorum quorum = new Quorum(Configs.of("unanimous", 2).build());

    assertThat(kind(quorum, VerdictKind.FIRST, VerdictKind.FIRST)).isEqualTo(OutcomeKind.PREFERRED);
    assertThat(kind(quorum, VerdictKind.TIE, VerdictKind.TIE)).isEqualTo(OutcomeKind.TIE);
    assertThat(kind(quorum, VerdictKind.FIRST, VerdictKind.TIE)).isEqualTo(OutcomeKind.DROPPED);
  }

  @Test
  void shouldWeighVotesByAccuracy() {
    Quorum quorum =
        new Quorum(
            Configs.of("weighted", 3)
                .knowing(Map.of("judge-0", 0.9, "judge-1", 0.6, "judge-2", 0.6))
                .build());

    // odds 9 against 1.5 * 1.5 = 2.25, so 4 to 1
    Decision decision =
        quorum
            .decide(votes(VerdictKind.FIRST, VerdictKind.SECOND, VerdictKind.SECOND))
            .orElseThrow();

    assertThat(decision.preferred()).contains(Side.FIRST);
    assertThat(decision.probability()).isEqualTo(0.8, within(1e-12));
    // odds 1.5 against 1.5
    assertThat(kind(quorum, VerdictKind.TIE, VerdictKind.FIRST, VerdictKind.SECOND))
        .isEqualTo(OutcomeKind.TIE);
  }

  @Test
  void shouldCountPeopleAmongMachinesWhereTheyDoNotOverride() {
    Quorum alike = new Quorum(Configs.of("majority", 3).machinesAndPeopleAlike().build());
    List<Judgment> votes = votes(VerdictKind.FIRST, VerdictKind.FIRST);
    votes.add(human(PAIR, "ann", VerdictKind.SECOND));

    assertThat(alike.decide(votes).orElseThrow().preferred()).contains(Side.FIRST);
    assertThat(
            new Quorum(Configs.of("majority", 3).build()).decide(votes).orElseThrow().preferred())
        .contains(Side.SECOND);
  }

  /** A person whose verdict overrides the others does not make them fewer. */
  @Test
  void shouldCountTheVerdictsThatAreThereWhenTimeRunsOut() {
    Quorum quorum = new Quorum(Configs.of("majority", 4).atLeast(2).build());
    Judgment ann = human(PAIR, "ann", VerdictKind.FIRST);
    List<Judgment> votes = votes(VerdictKind.SECOND, VerdictKind.SECOND);
    votes.add(ann);

    assertThat(quorum.decideNow(votes, "in time").preferred()).contains(Side.FIRST);
    Decision alone = quorum.decideNow(List.of(ann), "in time");
    assertThat(alone.kind()).isEqualTo(OutcomeKind.EXPIRED);
    assertThat(alone.reason()).isEqualTo("1 of at least 2 verdicts in time");
  }

  @Test
  void shouldAverageTheMarginsOfJudgesThatHaveOne() {
    Judgment scored =
        Judgment.newBuilder(vote(PAIR, "scores", VerdictKind.SECOND))
            .setScoreMargin(-2.0)
            .setConfidence(0.9)
            .build();

    Decision decision = new Quorum(Configs.FIRST.build()).decide(List.of(scored)).orElseThrow();

    assertThat(decision.scoreMargin()).contains(-2.0);
    assertThat(decision.probability()).isEqualTo(0.9);
  }

  private static OutcomeKind kind(Quorum quorum, VerdictKind... verdicts) {
    return quorum.decide(votes(verdicts)).orElseThrow().kind();
  }

  private static List<Judgment> votes(VerdictKind... verdicts) {
    List<Judgment> votes = new ArrayList<>();
    for (VerdictKind verdict : verdicts) {
      votes.add(vote(PAIR, "judge-" + votes.size(), verdict));
    }
    return votes;
  }
}
