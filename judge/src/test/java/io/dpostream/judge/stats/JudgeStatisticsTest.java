package io.dpostream.judge.stats;

import static io.dpostream.judge.Votes.human;
import static io.dpostream.judge.Votes.superseding;
import static io.dpostream.judge.Votes.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.judge.Examples;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JudgeStatisticsTest {
  @Test
  void shouldCountTiesAbstentionsLatencyAndCost() {
    List<Judgment> judgments = new ArrayList<>();
    VerdictKind[] verdicts = {
      VerdictKind.FIRST, VerdictKind.TIE, VerdictKind.ABSTAIN, VerdictKind.SECOND
    };
    for (int i = 0; i < verdicts.length; i++) {
      judgments.add(
          Judgment.newBuilder(vote(pair(i), "llm", verdicts[i]))
              .setLatencyMs(100L * (i + 1))
              .setCostUsd(0.25)
              .build());
    }
    judgments.add(judgments.get(0)); // delivered twice

    JudgeReport report = JudgeStatistics.of(judgments, 1).get(0);

    assertThat(report.judgments()).isEqualTo(4);
    assertThat(report.tieRate()).isEqualTo(1.0 / 3, within(1e-12));
    assertThat(report.abstainRate()).isEqualTo(0.25);
    assertThat(report.latencyP50Ms()).contains(200L);
    assertThat(report.latencyP99Ms()).contains(400L);
    assertThat(report.costUsd()).contains(1.0);
    assertThat(report.withPeople()).isEmpty();
    assertThat(report.errorRate()).isEmpty();
  }

  @Test
  void shouldCompareAJudgeWithThePeoplesMajority() {
    // the people's majorities are FIRST, SECOND, TIE (split); the judge says FIRST, FIRST, TIE
    List<Judgment> judgments =
        List.of(
            human(pair(0), "ann", VerdictKind.FIRST),
            human(pair(0), "bob", VerdictKind.FIRST),
            human(pair(0), "cid", VerdictKind.SECOND),
            human(pair(1), "ann", VerdictKind.SECOND),
            human(pair(2), "ann", VerdictKind.FIRST),
            human(pair(2), "bob", VerdictKind.SECOND),
            vote(pair(0), "llm", VerdictKind.FIRST),
            vote(pair(1), "llm", VerdictKind.FIRST),
            vote(pair(2), "llm", VerdictKind.TIE),
            vote(pair(3), "llm", VerdictKind.TIE));

    Agreement agreement = reports(judgments).get("llm").withPeople().orElseThrow();

    assertThat(agreement.pairs()).isEqualTo(3);
    assertThat(agreement.observed()).isEqualTo(2.0 / 3, within(1e-12));
    // chance: FIRST 2/3 * 1/3, SECOND 0 * 1/3, TIE 1/3 * 1/3 = 1/3; kappa = (2/3 - 1/3) / (2/3)
    assertThat(agreement.kappa()).isEqualTo(0.5, within(1e-12));
  }

  @Test
  void shouldCountTheVoteThatSupersedes() {
    Judgment before = human(pair(0), "ann", VerdictKind.FIRST);
    List<Judgment> judgments =
        List.of(
            superseding(pair(0), before, VerdictKind.SECOND),
            before,
            vote(pair(0), "llm", VerdictKind.SECOND));

    assertThat(reports(judgments).get("llm").withPeople().orElseThrow().observed()).isEqualTo(1.0);
    assertThat(reports(judgments).get("people/ann").judgments()).isEqualTo(1);
  }

  private static Map<String, JudgeReport> reports(List<Judgment> judgments) {
    return JudgeStatistics.of(judgments, 1).stream()
        .collect(Collectors.toMap(JudgeReport::judge, Function.identity()));
  }

  private static CompletionPair pair(int i) {
    return Examples.pair("pair-" + i, Examples.prompt("p"), "a", "b");
  }
}
