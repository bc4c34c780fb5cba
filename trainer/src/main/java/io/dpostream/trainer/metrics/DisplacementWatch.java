package io.dpostream.trainer.metrics;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * Detects likelihood displacement: the margin grows because the rejected completions become
 * unlikely, while the chosen ones become unlikely too. Compares the older half of the last steps
 * with the newer half, and warns once for each stretch. Batches differ, so a change counts only if
 * it is at least two standard errors of the difference between the two means.
 *
 * <p>Not thread-safe.
 */
public final class DisplacementWatch {
  private static final double CLEAR_ERRORS = 2;

  private final int steps;
  private final Deque<double[]> window = new ArrayDeque<>();
  private boolean warned;

  /**
   * Creates a watch over the last steps.
   *
   * @param steps even, of both halves together
   */
  public DisplacementWatch(int steps) {
    if (steps < 2 || steps % 2 != 0) {
      throw new IllegalArgumentException("steps: " + steps + " must be even and at least 2");
    }
    this.steps = steps;
  }

  /**
   * Takes the next step's metrics.
   *
   * @return a warning, if a stretch of displacement has just been seen
   */
  public Optional<String> add(Map<String, Double> metrics) {
    window.addLast(
        new double[] {
          metrics.getOrDefault("logps/chosen", 0.0), metrics.getOrDefault("rewards/margins", 0.0)
        });
    if (window.size() > steps) {
      window.removeFirst();
    }
    if (window.size() < steps) {
      return Optional.empty();
    }
    Change chosen = change(0);
    Change margin = change(1);
    boolean displaced =
        chosen.mean() < 0 && margin.mean() > 0 && chosen.isClear() && margin.isClear();
    boolean news = displaced && !warned;
    warned = displaced || (warned && chosen.mean() < 0);
    return news
        ? Optional.of(
            String.format(
                java.util.Locale.ROOT,
                "likelihood displacement: over %d steps logps/chosen fell by %.3g while"
                    + " rewards/margins grew by %.3g; consider dpop, sft_weight or a larger beta",
                steps,
                -chosen.mean(),
                margin.mean()))
        : Optional.empty();
  }

  /** Mean of the newer half less that of the older, and its standard error. */
  private record Change(double mean, double error) {
    boolean isClear() {
      return Math.abs(mean) >= CLEAR_ERRORS * error;
    }
  }

  private Change change(int value) {
    int half = steps / 2;
    double[] values = window.stream().mapToDouble(step -> step[value]).toArray();
    double older = Arrays.stream(values, 0, half).average().orElseThrow();
    double newer = Arrays.stream(values, half, steps).average().orElseThrow();
    double squares = 0;
    for (int i = 0; i < steps; i++) {
      double deviation = values[i] - (i < half ? older : newer);
      squares += deviation * deviation;
    }
    double error = half < 2 ? 0 : Math.sqrt(squares / (half - 1) / half);
    return new Change(newer - older, error);
  }
}
