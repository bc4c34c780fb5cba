package io.dpostream.judge.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DawidSkeneTest {
  private static final double[] ERRORS = {0.05, 0.2, 0.35, 0.2};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldRecoverTheErrorRatesOfSimulatedJudges(long seed) {
    byte[][] votes = simulate(2000, ERRORS, 1.0, seed);

    Optional<ErrorRate>[] rates = DawidSkene.estimate(votes, ERRORS.length, 100, seed);

    for (int j = 0; j < ERRORS.length; j++) {
      ErrorRate rate = rates[j].orElseThrow();
      // a known truth would give a standard error of sqrt(.2 * .8 / 2000) = .009; allow four
      assertThat(rate.estimate()).isEqualTo(ERRORS[j], within(0.036));
      assertThat(rate.low()).isLessThan(rate.estimate());
      assertThat(rate.high()).isGreaterThan(rate.estimate());
      assertThat(rate.high() - rate.low()).isLessThan(0.1);
      assertThat(rate.pairs()).isEqualTo(2000);
    }
  }

  @Test
  void shouldCoverTheTruthWithItsIntervalsAboutAsOftenAsItSays() {
    int covered = 0;
    int all = 0;
    for (long seed = 0; seed < 25; seed++) {
      Optional<ErrorRate>[] rates =
          DawidSkene.estimate(simulate(400, ERRORS, 1.0, 100 + seed), ERRORS.length, 100, seed);
      for (int j = 0; j < ERRORS.length; j++) {
        ErrorRate rate = rates[j].orElseThrow();
        covered += rate.low() <= ERRORS[j] && ERRORS[j] <= rate.high() ? 1 : 0;
        all++;
      }
    }
    // 95 of 100 expected, standard deviation about 2.2 (a little more, judges share pairs)
    assertThat(covered).isBetween(all * 86 / 100, all);
  }

  @Test
  void shouldUsePartialOverlaps() {
    // every judge sees half of the pairs
    Optional<ErrorRate>[] rates =
        DawidSkene.estimate(simulate(4000, ERRORS, 0.5, 9), ERRORS.length, 50, 9);

    for (int j = 0; j < ERRORS.length; j++) {
      assertThat(rates[j].orElseThrow().estimate()).isEqualTo(ERRORS[j], within(0.05));
    }
  }

  @Test
  void shouldSayNothingOfAJudgeThatSharesNoPair() {
    byte[][] votes = {{1, 1, 1, 0}, {1, 1, -1, 0}, {0, 0, 0, 1}, {-1, -1, -1, 0}};

    assertThat(DawidSkene.estimate(votes, 4, 10, 1)[3]).isEmpty();
  }

  /** Votes of independent judges on pairs whose better side is drawn evenly. */
  private static byte[][] simulate(int pairs, double[] errors, double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] votes = new byte[pairs][errors.length];
    for (byte[] row : votes) {
      int truth = random.nextBoolean() ? 1 : -1;
      for (int j = 0; j < errors.length; j++) {
        if (random.nextDouble() < share) {
          row[j] = (byte) (random.nextDouble() < errors[j] ? -truth : truth);
        }
      }
    }
    return votes;
  }
}
