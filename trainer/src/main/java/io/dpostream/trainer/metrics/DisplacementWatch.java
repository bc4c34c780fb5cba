package io.dpostream.trainer.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * Looks for likelihood displacement: the margin grows because the rejected completions become
 * unlikely, while the chosen ones become unlikely too. Compares the older half of the last steps
 * with the newer half, and warns once for each stretch.
 *
 * <p>Not thread-safe.
 */
public final class DisplacementWatch {
  private final int steps;
  private final Deque<double[]> window = new ArrayDeque<>();
  private boolean warned;

  /**
   * Watches a stretch.
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
    double chosen = change(0);
    double margin = change(1);
    boolean displaced = chosen < 0 && margin > 0;
    boolean news = displaced && !warned;
    warned = displaced;
    return news
        ? Optional.of(
            String.format(
                java.util.Locale.ROOT,
                "likelihood displacement: over %d steps logps/chosen fell by %.3g while"
                    + " rewards/margins grew by %.3g; consider dpop, sft_weight or a larger beta",
                steps,
                -chosen,
                margin))
        : Optional.empty();
  }

  /** Mean of the newer half less that of the older. */
  private double change(int value) {
    double difference = 0;
    int i = 0;
    for (double[] step : window) {
      difference += i++ < steps / 2 ? -step[value] : step[value];
    }
    return difference / (steps / 2.0);
  }
}
