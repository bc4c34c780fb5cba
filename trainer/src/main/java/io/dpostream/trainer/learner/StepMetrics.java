package io.dpostream.trainer.learner;

import io.dpostream.trainer.loss.CompletionLogps;
import io.dpostream.trainer.loss.GroupResult;
import io.dpostream.trainer.loss.PreferenceLogps;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Computes a step's metrics other than its loss, under TRL's names and this project's own. */
public final class StepMetrics {
  /** Pairs of a step whose prompt lost its beginning at {@code max_prompt_length}. */
  public static final String TRUNCATED_PROMPTS = "truncated/prompts";

  /** Pairs of a step of which a completion lost its end at {@code max_length}. */
  public static final String TRUNCATED_COMPLETIONS = "truncated/completions";

  private StepMetrics() {}

  /**
   * Averages the metrics over the step. {@code kl} estimates the divergence from the reference by
   * the sequences' log-ratios: their mean, the mean of their absolute values and half the mean of
   * their squares.
   */
  static Map<String, Double> of(List<PreferenceLogps> preferences, List<GroupResult> groups) {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("rewards/chosen", mean(groups, g -> g.rewards()[0]));
    metrics.put("rewards/rejected", mean(groups, g -> worst(g.rewards())));
    metrics.put(
        "rewards/accuracies", mean(groups, g -> g.rewards()[0] > worst(g.rewards()) ? 1 : 0));
    metrics.put("rewards/margins", mean(groups, g -> g.rewards()[0] - worst(g.rewards())));
    metrics.put("logps/chosen", mean(groups, g -> g.logps()[0]));
    metrics.put("logps/rejected", mean(groups, g -> worst(g.logps())));
    List<CompletionLogps> completions =
        preferences.stream().flatMap(p -> p.ranked().stream()).toList();
    metrics.put("kl", mean(completions, StepMetrics::logRatio));
    metrics.put("kl/absolute", mean(completions, c -> Math.abs(logRatio(c))));
    metrics.put("kl/squared", mean(completions, c -> logRatio(c) * logRatio(c) / 2));
    return metrics;
  }

  /** Counts the pairs that were shortened; a count of none is left out. */
  static Map<String, Double> truncated(List<PreparedPair> pairs) {
    Map<String, Double> counts = new TreeMap<>();
    for (PreparedPair pair : pairs) {
      if (pair.promptCut()) {
        counts.merge(TRUNCATED_PROMPTS, 1.0, Double::sum);
      }
      if (pair.completionCut()) {
        counts.merge(TRUNCATED_COMPLETIONS, 1.0, Double::sum);
      }
    }
    return counts;
  }

  private static double worst(double[] ranked) {
    return ranked[ranked.length - 1];
  }

  private static double logRatio(CompletionLogps completion) {
    double sum = 0;
    for (int t = 0; t < completion.policy().length; t++) {
      sum += completion.policy()[t] - completion.reference()[t];
    }
    return sum;
  }

  private static <T> double mean(List<T> values, ToDoubleFunction<T> of) {
    double sum = 0;
    for (T value : values) {
      sum += of.applyAsDouble(value);
    }
    return sum / values.size();
  }
}
