package io.dpostream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every objective's gradient against central differences of its loss, token by token. */
class LossGradientTest {
  private static final double EPSILON = 1e-5;

  static Stream<LossConfig> objectives() {
    List<LossConfig> all = new ArrayList<>(Configs.everyLoss());
    for (String divergence : List.of("forward_kl", "js_divergence", "alpha_divergence")) {
      for (String loss : Losses.using(LossOption.F_DIVERGENCE_TYPE)) {
        LossConfig base = Configs.of(loss);
        LossConfig config = loss.equals("exo_pair") ? base.withLabelSmoothing(0.01) : base;
        all.add(
            Configs.divergence(
                config, divergence, divergence.equals("alpha_divergence") ? 0.25 : 0.5));
      }
    }
    all.add(Configs.of("sft"));
    all.add(Configs.weights(Configs.of("sigmoid", "bco_pair", "sft"), 0.8, 0.2, 1.5));
    all.add(Configs.modified(Configs.of("sigmoid"), Optional.of(0.3), false, true, 0.7));
    all.add(Configs.modified(Configs.of("ipo"), Optional.of(0.3), false, true, 0));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void shouldMatchFiniteDifferencesAtRandomPoints(LossConfig config) {
    Objective objective = Losses.objective(config);
    Random random = new Random(7);
    for (int trial = 0; trial < 5; trial++) {
      assertGradient(objective, batch(random, 4, 0.5));
    }
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void shouldStayFiniteAtExtremePoints(LossConfig config) {
    Objective objective = Losses.objective(config);
    for (double h : new double[] {-1000, 1000}) {
      for (double reference : new double[] {-1, -1500}) {
        double policy = reference + h / 2;
        List<PreferenceLogps> batch =
            List.of(pair(new double[] {policy}, reference, new double[] {2 * reference - policy}));
        GroupResult result =
            objective.evaluate(batch, BatchTotals.of(batch), LossState.EMPTY).groups().get(0);
        assertThat(result.loss()).as("loss at h = %s", h).isFinite();
        for (double[] gradient : result.gradient()) {
          assertThat(gradient[0]).as("gradient at h = %s", h).isFinite();
        }
      }
    }
  }

  private static PreferenceLogps pair(double[] chosen, double reference, double[] rejected) {
    return new PreferenceLogps(
        List.of(
            new CompletionLogps(chosen, new double[] {reference}),
            new CompletionLogps(rejected, new double[] {reference})),
        new Label(0.8, OptionalDouble.of(1.5)));
  }

  private static void assertGradient(Objective objective, List<PreferenceLogps> batch) {
    BatchTotals totals = BatchTotals.of(batch);
    ObjectiveResult result = objective.evaluate(batch, totals, LossState.EMPTY);
    for (int g = 0; g < batch.size(); g++) {
      for (int k = 0; k < 2; k++) {
        double[] policy = batch.get(g).ranked().get(k).policy();
        for (int t = 0; t < policy.length; t++) {
          double value = policy[t];
          policy[t] = value + EPSILON;
          double above = objective.evaluate(batch, totals, LossState.EMPTY).loss();
          policy[t] = value - EPSILON;
          double below = objective.evaluate(batch, totals, LossState.EMPTY).loss();
          policy[t] = value;
          double difference = (above - below) / (2 * EPSILON);
          double gradient = result.groups().get(g).gradient()[k][t];
          assertThat(gradient)
              .as("group %d completion %d token %d", g, k, t)
              .isCloseTo(difference, within(1e-6 * Math.max(1, Math.abs(difference))));
        }
      }
    }
  }

  /** Pairs of 1 to 4 tokens a completion. */
  static List<PreferenceLogps> batch(Random random, int pairs, double spread) {
    List<PreferenceLogps> batch = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      batch.add(
          new PreferenceLogps(
              List.of(completion(random, spread), completion(random, spread)),
              new Label(0.5 + random.nextDouble() / 2, OptionalDouble.of(random.nextGaussian()))));
    }
    return batch;
  }

  private static CompletionLogps completion(Random random, double spread) {
    int tokens = 1 + random.nextInt(4);
    double[] policy = new double[tokens];
    double[] reference = new double[tokens];
    for (int t = 0; t < tokens; t++) {
      reference[t] = -3 * random.nextDouble();
      policy[t] = reference[t] + spread * random.nextGaussian();
    }
    return new CompletionLogps(policy, reference);
  }
}
