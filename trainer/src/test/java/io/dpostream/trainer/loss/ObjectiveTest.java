package io.dpostream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.trainer.loss.Divergence.ReverseKl;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectiveTest {

  @Test
  void shouldStartAtLogTwoWithZeroRewardsWhenThePolicyIsTheReference() {
    Objective objective = Losses.objective(LossConfig.defaults());
    List<PreferenceLogps> batch = LossGradientTest.batch(new Random(1), 3, 0);
    ObjectiveResult result = evaluate(objective, batch);
    for (GroupResult group : result.groups()) {
      assertThat(group.loss()).isEqualTo(Math.log(2));
      assertThat(group.rewards()).containsExactly(0, 0);
    }
  }

  @Test
  void shouldPushChosenUpAndRejectedDownByBetaTimesTheErrorOfTheReward() {
    // The DPO paper's gradient: −βσ(−βh) on the chosen log-probability, its negative on rejected.
    double h = 3;
    double expected = -0.1 * (1 - 1 / (1 + Math.exp(-0.1 * h)));
    Term term =
        new SigmoidLoss(0.1, 0, new ReverseKl())
            .term(new Group(new double[] {2, -1}, new double[2], new int[] {1, 1}, Label.CERTAIN));
    assertThat(term.gradient()[0]).isCloseTo(expected, within(1e-15));
    assertThat(term.gradient()[1]).isEqualTo(-term.gradient()[0]);
  }

  @Test
  void shouldBeSymmetricUnderASwapWhenHalfTheLabelsAreWrong() {
    SigmoidLoss loss = new SigmoidLoss(0.1, 0.5, new ReverseKl());
    assertThat(loss.at(4).value()).isCloseTo(loss.at(-4).value(), within(1e-15));
    assertThat(loss.at(4).derivative()).isCloseTo(-loss.at(-4).derivative(), within(1e-15));
  }

  static List<LossConfig> everyLoss() {
    return Configs.everyLoss();
  }

  @ParameterizedTest
  @MethodSource("everyLoss")
  void shouldAddUpOverPartsOfABatch(LossConfig config) {
    Objective objective = Losses.objective(config);
    List<PreferenceLogps> batch = LossGradientTest.batch(new Random(3), 8, 0.5);
    BatchTotals totals = BatchTotals.of(batch);
    if (objective.wholeBatch()) {
      assertThatThrownBy(() -> objective.evaluate(batch.subList(0, 1), totals, LossState.EMPTY))
          .isInstanceOf(IllegalArgumentException.class);
      return;
    }
    ObjectiveResult whole = objective.evaluate(batch, totals, LossState.EMPTY);
    double sum = 0;
    for (int i = 0; i < batch.size(); i++) {
      ObjectiveResult part = objective.evaluate(batch.subList(i, i + 1), totals, LossState.EMPTY);
      sum += part.loss();
      assertThat(part.groups().get(0).gradient()).isDeepEqualTo(whole.groups().get(i).gradient());
    }
    assertThat(sum).isCloseTo(whole.loss(), within(1e-12 * Math.abs(whole.loss())));
  }

  @Test
  void shouldAverageTheSftLossOverTheTokensOfTheWholeStep() {
    List<PreferenceLogps> batch = LossGradientTest.batch(new Random(5), 4, 0.5);
    double nll = 0;
    long tokens = 0;
    for (PreferenceLogps pair : batch) {
      for (double logp : pair.chosen().policy()) {
        nll -= logp;
        tokens++;
      }
    }
    double loss = evaluate(Losses.objective(Configs.of("sft")), batch).loss();
    assertThat(loss).isCloseTo(nll / tokens, within(1e-12));
  }

  @Test
  void shouldWeightTokensBeyondTheShorterCompletionAlike() {
    Objective objective =
        Losses.objective(
            Configs.modified(Configs.of("sigmoid"), Optional.of(0.25), false, true, 0));
    PreferenceLogps pair =
        new PreferenceLogps(
            List.of(
                new CompletionLogps(new double[] {-1, -2, -4}, new double[] {-1, -1, -8}),
                new CompletionLogps(new double[] {-3}, new double[] {-2})),
            Label.CERTAIN);
    GroupResult result = evaluate(objective, List.of(pair)).groups().get(0);
    // chosen: −1 − ¼·2 − ¼·4 = −2.5 against −1 − ¼·1 − ¼·8 = −3.25
    assertThat(result.logps()).containsExactly(-2.5, -3);
    assertThat(result.referenceLogps()).containsExactly(-3.25, -2);
    double[] gradient = result.gradient()[0];
    assertThat(gradient[1]).isCloseTo(gradient[0] / 4, within(1e-15));
  }

  @Test
  void shouldWeightAPairByHowLikelyThePolicyIsToWriteIt() {
    PreferenceLogps pair =
        new PreferenceLogps(
            List.of(
                new CompletionLogps(
                    new double[] {-1, -3}, new double[] {-1, -3}, new double[] {-0.5, -0.5}),
                new CompletionLogps(new double[] {-1}, new double[] {-1}, new double[] {-2})),
            Label.CERTAIN);
    // means of logp − log Σp²: chosen (−0.5 − 2.5)/2 = −1.5, rejected 1
    double weight = Math.exp(-1.5 + 1);
    Objective clamped =
        Losses.objective(Configs.modified(Configs.of("sigmoid"), Optional.empty(), true, true, 0));
    assertThat(evaluate(clamped, List.of(pair)).loss())
        .isCloseTo(weight * Math.log(2), within(1e-12));
    PreferenceLogps likely =
        new PreferenceLogps(List.of(pair.ranked().get(1), pair.ranked().get(1)), Label.CERTAIN);
    assertThat(evaluate(clamped, List.of(likely)).loss()).isEqualTo(Math.log(2));
    Objective unclamped =
        Losses.objective(Configs.modified(Configs.of("sigmoid"), Optional.empty(), true, false, 0));
    assertThat(evaluate(unclamped, List.of(likely)).loss())
        .isCloseTo(Math.exp(2) * Math.log(2), within(1e-12));
  }

  @Test
  void shouldShiftBcoByTheMeanOfEveryRewardSoFar() {
    BcoPairLoss bco = new BcoPairLoss(1);
    List<Group> first = List.of(ratios(2, 0), ratios(4, -2));
    Loss.Evaluation one = bco.evaluate(first, LossState.EMPTY);
    // (2 + 0 + 4 − 2) / 4 = 1
    assertThat(one.terms().get(0).loss()).isEqualTo(bco.term(first.get(0), 1).loss());
    List<Group> second = List.of(ratios(7, 7));
    Loss.Evaluation two = bco.evaluate(second, one.state());
    // (4 + 14) / 6 = 3
    assertThat(two.terms().get(0).loss()).isEqualTo(bco.term(second.get(0), 3).loss());
    assertThat(two.state().values()).containsEntry("bco_pair.sum", 18.0);
    assertThat(two.state().values()).containsEntry("bco_pair.count", 6.0);
  }

  @Test
  void shouldRefuseACompletionWithoutTokens() {
    assertThatThrownBy(() -> new CompletionLogps(new double[0], new double[0]))
        .hasMessageContaining("without tokens");
  }

  @Test
  void shouldSayWhyAPreferenceCannotBeUsed() {
    assertThat(Losses.objective(Configs.of("rpo_sq")).refusal(Label.CERTAIN, 2))
        .contains("rpo_sq needs reward_margin");
    assertThat(Losses.objective(Configs.of("sigmoid")).refusal(Label.CERTAIN, 2)).isEmpty();
  }

  private static Group ratios(double a, double r) {
    return new Group(new double[] {a, r}, new double[2], new int[] {1, 1}, Label.CERTAIN);
  }

  private static ObjectiveResult evaluate(Objective objective, List<PreferenceLogps> batch) {
    return objective.evaluate(batch, BatchTotals.of(batch), LossState.EMPTY);
  }
}
