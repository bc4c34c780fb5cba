package io.dpostream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.trainer.loss.Divergence.ReverseKl;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The losses on three pairs at β = 0.1. The first two rows of values stand in torchtune's tests of
 * its DPO losses; the others follow from the formulas by hand.
 */
class LossValuesTest {
  private static final double BETA = 0.1;
  private static final Divergence NONE = new ReverseKl();
  private static final double[] POLICY_CHOSEN = {-0.5, -10, -1};
  private static final double[] POLICY_REJECTED = {-0.1, -30, -21};
  private static final double[] REFERENCE_CHOSEN = {-0.5, -10.1, -0.1};
  private static final double[] REFERENCE_REJECTED = {-0.1, -20.1, -0.1};

  @Test
  void shouldGiveTorchtunesValuesForSigmoidAndHinge() {
    assertLosses(new SigmoidLoss(BETA, 0, NONE), .693147, .313262, .126928);
    assertLosses(new HingeLoss(BETA, NONE), 1, 0, 0);
  }

  @Test
  void shouldGiveTheFormulasValues() {
    assertLosses(new SigmoidLoss(BETA, 0.1, NONE), .693147, .413262, .326928);
    assertLosses(new RobustLoss(BETA, 0.1, NONE), .693147, .188262, -.123072);
    assertLosses(new IpoLoss(BETA, NONE), 25, 25, 225);
    assertLosses(new ExoPairLoss(BETA, 1e-3, NONE), 2.761231, 1.276310, .458972);
    assertLosses(new NcaPairLoss(BETA), 1.386294, 1.195220, 1.122047);
    assertLosses(new SppoHardLoss(BETA), 50, 48.02, 287.62);
    assertLosses(new ApoZeroLoss(BETA), 1, .768412, .632557);
    assertLosses(new ApoDownLoss(BETA), 1, .771441, .596718);
    assertLosses(new DiscoPopLoss(BETA, 0.05, NONE), .846574, .367879, .135335);
    assertLosses(new DpopLoss(BETA, 0, 5), .693147, .313262, .192476);
  }

  @Test
  void shouldGiveBcosValuesWithoutAShift() {
    BcoPairLoss bco = new BcoPairLoss(BETA);
    List<Double> losses = pairs().stream().map(pair -> bco.term(pair, 0).loss()).toList();
    assertClose(losses, 1.386294, 1.004121, .855775);
  }

  @Test
  void shouldGiveAotsValuesInRankOrder() {
    // πc − πr = −0.4, 20, 20 and refc − refr = −0.4, 10, 0. Sorted they differ by 0, 20 and 10: the
    // tie at 20 keeps the batch's order, so pair 1 takes 20 − 0 and pair 2 takes 20 − 10.
    assertLosses(new AotLoss(BETA, 0), .693147, .126928, .313262);
    // a = 0, 0.1, −0.9 is sorted −0.9, 0, 0.1; r = 0, −9.9, −20.9 is sorted −20.9, −9.9, 0. By rank
    // the losses are .126928, .315961, .688160; pairs 2, 0 and 1 have the chosen of these ranks.
    assertLosses(new AotUnpairedLoss(BETA, 0), .315961, .688160, .126928);
  }

  @Test
  void shouldGiveTheDivergencesValues() {
    double[] a = {0, 0.5, -1};
    double[] r = {0, -0.7, 0.4};
    assertRatios(
        new SigmoidLoss(BETA, 0, new Divergence.ForwardKl()), a, r, .693147, .625259, .800779);
    assertRatios(
        new SigmoidLoss(BETA, 0, new Divergence.JensenShannon()), a, r, .693147, .662186, .733960);
    assertRatios(
        new SigmoidLoss(BETA, 0, new Divergence.Alpha(0.25)), a, r, .693147, .628504, .789095);
    assertRatios(new ChiPoLoss(BETA, 0), a, r, .693147, .582440, .827286);
  }

  @Test
  void shouldGiveDposValuesFromItsGeneralizations() {
    double[] dpo = {.693147, .313262, .126928};
    assertLosses(new PlackettLuceLoss(BETA), dpo);
    assertLosses(new SoftLoss(BETA), dpo);
    assertLosses(new LengthRegLoss(BETA, 0, 0.5), dpo); // lengths are equal
    assertLosses(new SigmoidNormLoss(BETA, NONE), dpo); // lengths are 1
    assertLosses(new RobustLoss(BETA, 0, NONE), dpo);
    assertLosses(new DpopLoss(BETA, 0, 0), dpo);
  }

  @Test
  void shouldGiveTheReferenceFreeAndLabelledLossesByHand() {
    // β(πc − πr) − γ = −0.04 − 0.5, 2 − 0.5, 2 − 0.5 and softplus of its negative
    assertLosses(new SimPoLoss(BETA, 0.5), .999163, .201413, .201413);
    Label label = new Label(0.75, OptionalDouble.of(2));
    Group pair = new Group(new double[] {1, 0}, new double[] {0, 0}, new int[] {3, 1}, label);
    // βh = 0.1
    assertThat(new OdpoLoss(BETA, 0, 1).term(pair).loss()) // softplus(2 − 0.1)
        .isCloseTo(2.039387, within(1e-6));
    Group unscored =
        new Group(
            new double[] {1, 0},
            new double[] {0, 0},
            new int[] {3, 1},
            new Label(0.75, OptionalDouble.empty()));
    assertThat(new OdpoLoss(BETA, 0, 1).term(unscored).loss()) // softplus(ln 3 − 0.1)
        .isCloseTo(1.312247, within(1e-6));
    assertThat(new RpoSqLoss(BETA, 0.5).term(pair).loss()).isCloseTo(0.81, within(1e-12));
    assertThat(new SoftLoss(BETA).term(pair).loss()) // .75 softplus(−0.1) + .25 softplus(0.1)
        .isCloseTo(.669397, within(1e-6));
    assertThat(new MadpoLoss(BETA, 2, 3, 2).term(pair).loss()) // at the threshold the weight is 1
        .isCloseTo(.644397, within(1e-6));
    // τ = 4: c = .5 + 1.5/(1 + 2e^−2) = 1.680479, w = σ(2c)/σ(2) = 1.097258
    assertThat(new MadpoLoss(BETA, 4, 1, 2).term(pair).loss()).isCloseTo(.707070, within(1e-6));
    // τ = .5: c = .5 + 1.5/(1 + 2e^1.5) = .650551, w = .892397
    assertThat(new MadpoLoss(BETA, .5, 1, 2).term(pair).loss()).isCloseTo(.575058, within(1e-6));
    assertThat(new LengthRegLoss(BETA, 0, 0.2).term(pair).loss()) // softplus(−0.1 − 0.2·2)
        .isCloseTo(.474077, within(1e-6));
  }

  @Test
  void shouldRankThreeCompletions() {
    // log-ratios 2, 1, 0 at β = 1: log(1 + e^−1 + e^−2) + log(1 + e^−1)
    Group group =
        new Group(new double[] {2, 1, 0}, new double[3], new int[] {1, 1, 1}, Label.CERTAIN);
    assertThat(new PlackettLuceLoss(1).term(group).loss()).isCloseTo(.720868, within(1e-6));
  }

  private static void assertLosses(Loss loss, double... expected) {
    assertClose(
        loss.evaluate(pairs(), LossState.EMPTY).terms().stream().map(Term::loss).toList(),
        expected);
  }

  private static void assertRatios(Loss loss, double[] a, double[] r, double... expected) {
    List<Group> pairs = new ArrayList<>();
    for (int i = 0; i < a.length; i++) {
      pairs.add(
          new Group(new double[] {a[i], r[i]}, new double[2], new int[] {1, 1}, Label.CERTAIN));
    }
    assertClose(
        loss.evaluate(pairs, LossState.EMPTY).terms().stream().map(Term::loss).toList(), expected);
  }

  private static void assertClose(List<Double> losses, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(losses.get(i)).as("pair %d", i).isCloseTo(expected[i], within(1.5e-6));
    }
  }

  private static List<Group> pairs() {
    return IntStream.range(0, 3)
        .mapToObj(
            i ->
                new Group(
                    new double[] {POLICY_CHOSEN[i], POLICY_REJECTED[i]},
                    new double[] {REFERENCE_CHOSEN[i], REFERENCE_REJECTED[i]},
                    new int[] {1, 1},
                    Label.CERTAIN))
        .toList();
  }
}
