package io.dpostream.judge.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
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

  /**
   * Two shares of the pairs without a pair in common: judges 0 and 1 see the one, the others the
   * other. Only of these do the error rates follow from how often they agree.
   */
  @Test
  void shouldSayNothingOfJudgesThatOverlapWithOneOtherOnly() {
    byte[][] votes = simulate(4000, new double[] {0.05, 0.35, 0.1, 0.2, 0.3}, 1.0, 3);
    for (int i = 0; i < votes.length; i++) {
      Arrays.fill(votes[i], i % 2 == 0 ? 2 : 0, i % 2 == 0 ? 5 : 2, (byte) 0);
    }

    Optional<ErrorRate>[] rates = DawidSkene.estimate(votes, 5, 50, 3);

    assertThat(rates[0]).isEmpty();
    assertThat(rates[1]).isEmpty();
    assertThat(rates[2].orElseThrow().estimate()).isEqualTo(0.1, within(0.05));
    assertThat(rates[3].orElseThrow().estimate()).isEqualTo(0.2, within(0.05));
    assertThat(rates[4].orElseThrow().estimate()).isEqualTo(0.3, within(0.05));
  }

  /** A chain of overlaps: the judge at its end adds nothing to the three and is not measured. */
  @Test
  void shouldLeaveOutVotesOfJudgesItCannotMeasure() {
    byte[][] three = simulate(4000, new double[] {0.1, 0.2, 0.3, 0.4}, 1.0, 4);
    byte[][] chain = Arrays.stream(three).map(byte[]::clone).toArray(byte[][]::new);
    for (int i = 0; i < three.length; i++) {
      three[i][3] = 0;
      Arrays.fill(chain[i], 0, i < 2000 ? 0 : 2, (byte) 0);
      chain[i][3] = i < 2000 ? 0 : chain[i][3];
    }

    Optional<ErrorRate>[] rates = DawidSkene.estimate(chain, 4, 50, 4);

    assertThat(rates[3]).isEmpty();
    assertThat(Arrays.asList(rates).subList(0, 3))
        .isEqualTo(
            Arrays.asList(DawidSkene.estimate(Arrays.copyOf(three, 2000), 4, 50, 4)).subList(0, 3));
  }

  /** Judges 0 and 1 see all pairs, judge 2 sees the first of them, ever more. */
  @Test
  void shouldAskForEnoughSharedPairsOfEachTwo() {
    byte[][] votes = new byte[100][];
    for (int i = 0; i < votes.length; i++) {
      votes[i] = new byte[] {1, 1, 0};
    }
    for (int i = 0; i < DawidSkene.MIN_SHARED_PAIRS; i++) {
      assertThat(DawidSkene.estimate(votes, 3, 10, 1)).containsOnly(Optional.empty());
      votes[i][2] = 1;
    }
    assertThat(DawidSkene.estimate(votes, 3, 10, 1)).doesNotContain(Optional.empty());
  }

  @Test
  void shouldLeaveRoomForErrorsWhereNoneWasSeen() {
    byte[][] votes = new byte[40][];
    Arrays.fill(votes, new byte[] {1, 1, 1});

    // with an error rate of 0.0881, 40 verdicts are all right in 0.9119^40 = 2.5 % of cases
    assertThat(DawidSkene.estimate(votes, 3, 10, 1))
        .allSatisfy(
            rate -> {
              assertThat(rate.orElseThrow().estimate()).isLessThan(0.001);
              assertThat(rate.orElseThrow().high()).isEqualTo(0.0881, within(1e-4));
            });
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
