package io.dpostream.trainer.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a step minimizes: the mean over its preferences of a weighted sum of losses, with their
 * modifiers. Built from a {@link LossConfig} by {@link Losses#objective}. Immutable.
 *
 * @param losses the weighted losses; may be empty where only the SFT term is trained
 * @param beta scale of the implicit rewards
 * @param ldAlpha LD-DPO: weight of the tokens beyond the shortest completion of the group, under
 *     policy and reference alike (Liu et al., <a
 *     href="https://arxiv.org/abs/2409.06411">2409.06411</a>)
 * @param weighting WPO's weight on every group, if used
 * @param sft weights of the negative log-likelihood of the chosen completion
 */
public record Objective(
    List<Weighted> losses,
    double beta,
    OptionalDouble ldAlpha,
    Optional<Weighting> weighting,
    SftTerm sft) {

  /** A loss and its weight in the sum. */
  public record Weighted(Loss loss, double weight) {}

  /**
   * {@code −log π} of the chosen completion.
   *
   * @param tokenMean weight of its mean over all chosen tokens of the step, as TRL's {@code sft}
   * @param sequenceMean weight of its mean over each completion's tokens
   */
  public record SftTerm(double tokenMean, double sequenceMean) {}

  public Objective {
    losses = List.copyOf(losses);
  }

  /** Whether a step must be evaluated as a whole. */
  public boolean wholeBatch() {
    return losses.stream().anyMatch(w -> w.loss().wholeBatch());
  }

  /** Whether the whole ranking of a group is used, not its first two completions alone. */
  public boolean usesRanking() {
    return losses.stream().anyMatch(w -> w.loss() instanceof PlackettLuceLoss);
  }

  /** Whether {@link CompletionLogps#logCollision} is needed of every preference, stale or not. */
  public boolean usesLogCollision() {
    return weighting.isPresent();
  }

  /** Why a preference cannot be used, if so. */
  public Optional<String> refusal(Label label, int completions) {
    return losses.stream().flatMap(w -> w.loss().refusal(label, completions).stream()).findFirst();
  }

  /**
   * Evaluates a step, or a part of one unless {@link #wholeBatch}.
   *
   * @param totals of the whole step
   * @param state after the previous step
   */
  public ObjectiveResult evaluate(
      List<PreferenceLogps> batch, BatchTotals totals, LossState state) {
    if (wholeBatch() && batch.size() != totals.groups()) {
      throw new IllegalArgumentException("this objective needs the whole batch at once");
    }
    List<Group> groups = new ArrayList<>(batch.size());
    batch.forEach(preference -> groups.add(sums(preference)));
    List<Loss.Evaluation> evaluations = new ArrayList<>(losses.size());
    LossState next = state;
    for (Weighted weighted : losses) {
      Loss.Evaluation evaluation = weighted.loss().evaluate(groups, next);
      evaluations.add(evaluation);
      next = evaluation.state();
    }
    double share = 0;
    List<GroupResult> results = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Term term = weightedTerm(evaluations, i, groups.get(i).size());
      GroupResult result = result(batch.get(i), groups.get(i), term, totals);
      share += result.loss() / totals.groups();
      results.add(result);
    }
    return new ObjectiveResult(share, results, next);
  }

  private Term weightedTerm(List<Loss.Evaluation> evaluations, int group, int size) {
    double loss = 0;
    double[] gradient = new double[size];
    for (int l = 0; l < losses.size(); l++) {
      Term term = evaluations.get(l).terms().get(group);
      double weight = losses.get(l).weight();
      loss += weight * term.loss();
      for (int k = 0; k < size; k++) {
        gradient[k] += weight * term.gradient()[k];
      }
    }
    return new Term(loss, gradient);
  }

  private GroupResult result(
      PreferenceLogps preference, Group group, Term term, BatchTotals totals) {
    double weight = weightingOf(preference).map(w -> w.weight(preference)).orElse(1.0);
    int size = group.size();
    double[] rewards = new double[size];
    double[][] gradient = new double[size][];
    for (int k = 0; k < size; k++) {
      rewards[k] = beta * group.logRatio(k);
      gradient[k] = tokenWeights(preference, k);
      for (int t = 0; t < gradient[k].length; t++) {
        gradient[k][t] *= weight * term.gradient()[k] / totals.groups();
      }
    }
    double[] chosen = preference.chosen().policy();
    double nll = -sum(chosen);
    double perChosenToken =
        sft.tokenMean() * totals.groups() / totals.chosenTokens()
            + sft.sequenceMean() / chosen.length;
    for (int t = 0; t < chosen.length; t++) {
      gradient[0][t] -= perChosenToken / totals.groups();
    }
    double loss = weight * term.loss() + perChosenToken * nll;
    return new GroupResult(loss, group.policy(), group.reference(), rewards, gradient);
  }

  private Optional<Weighting> weightingOf(PreferenceLogps preference) {
    return preference.stale() ? Optional.of(Weighting.PAPER) : weighting;
  }

  private Group sums(PreferenceLogps preference) {
    int size = preference.ranked().size();
    double[] policy = new double[size];
    double[] reference = new double[size];
    int[] lengths = new int[size];
    for (int k = 0; k < size; k++) {
      CompletionLogps completion = preference.ranked().get(k);
      double[] weights = tokenWeights(preference, k);
      lengths[k] = completion.tokens();
      for (int t = 0; t < weights.length; t++) {
        policy[k] += weights[t] * completion.policy()[t];
        reference[k] += weights[t] * completion.reference()[t];
      }
    }
    return new Group(policy, reference, lengths, preference.label());
  }

  private double[] tokenWeights(PreferenceLogps preference, int k) {
    double[] weights = new double[preference.ranked().get(k).tokens()];
    Arrays.fill(weights, 1);
    if (ldAlpha.isPresent()) {
      int shared =
          preference.ranked().stream().mapToInt(CompletionLogps::tokens).min().orElseThrow();
      Arrays.fill(weights, shared, weights.length, ldAlpha.getAsDouble());
    }
    return weights;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
