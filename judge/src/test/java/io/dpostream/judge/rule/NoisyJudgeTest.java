package io.dpostream.judge.rule;

import static io.dpostream.judge.Examples.pair;
import static io.dpostream.judge.Examples.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.settings.UserException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NoisyJudgeTest {
  private static final int PAIRS = 4000;

  /** Of 4000 draws at 0.2 the standard deviation is .0063: four of them on either side. */
  @Test
  void shouldTurnVerdictsRoundAtTheGivenRate() {
    Judge judge = judge(Map.of("error_rate", 0.2, "seed", 1));

    assertThat(wrong(judge)).isBetween(0.175, 0.225);
    assertThat(wrong(judge(Map.of("error_rate", 0)))).isZero();
    assertThat(wrong(judge(Map.of("error_rate", 1)))).isEqualTo(1);
  }

  /** Independent errors at 0.2 meet on 0.04 of the pairs; the standard deviation is .0031. */
  @Test
  void shouldErrIndependentlyUnderAnotherSeedAndAlikeUnderTheSame() {
    Judge one = judge(Map.of("error_rate", 0.2, "seed", 1));
    Judge same = judge(Map.of("error_rate", 0.2, "seed", 1));
    Judge other = judge(Map.of("error_rate", 0.2, "seed", 2));

    assertThat(both(one, same)).isEqualTo(wrong(one));
    assertThat(both(one, other)).isBetween(0.027, 0.053);
  }

  @Test
  void shouldLeaveTiesAlone() throws Exception {
    Judge judge = judge(Map.of("error_rate", 1));

    assertThat(judge.compare(comparison(0, "4", "4")).get()).isInstanceOf(Verdict.Tie.class);
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    assertThatThrownBy(() -> judge(Map.of("error_rate", 1.5)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("judges[0].error_rate");
    assertThatThrownBy(() -> create(Map.of("judge", Map.of("type", "reference", "mach", "exact"))))
        .hasMessage("judges[0].judge.mach: no such key; did you mean judges[0].judge.match?");
    assertThatThrownBy(() -> create(Map.of()))
        .hasMessage("judges[0].judge.type: is missing; set it");
  }

  private static double wrong(Judge judge) {
    return both(judge, judge);
  }

  /** Share of pairs on which both are wrong; the first side is always the right one. */
  private static double both(Judge one, Judge other) {
    return (double)
            IntStream.range(0, PAIRS).filter(i -> isWrong(one, i) && isWrong(other, i)).count()
        / PAIRS;
  }

  private static boolean isWrong(Judge judge, int i) {
    try {
      Verdict verdict = judge.compare(comparison(i, "4", "5")).get();
      return ((Verdict.Preferred) verdict).side() == Side.SECOND;
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private static Comparison comparison(int i, String first, String second) {
    return Comparison.of(pair("pair " + i, question("2 + 2?", "4"), first, second));
  }

  private static Judge judge(Map<String, ?> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.put("judge", Map.of("type", "reference"));
    return create(all);
  }

  private static Judge create(Map<String, ?> options) {
    return Judges.onClassPath().create("noisy", options, "judges[0]");
  }
}
