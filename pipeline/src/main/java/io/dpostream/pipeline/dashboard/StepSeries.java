package io.dpostream.pipeline.dashboard;

import io.dpostream.schemas.StepTaken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A run's steps thinned out for a chart: however long the run, at most a fixed number of evenly
 * spaced steps, and always the last one. Not thread-safe.
 */
final class StepSeries {
  /** The numbers of one step; the metrics have TRL's names. */
  record Point(long step, double loss, Map<String, Double> metrics) {
    double metric(String name) {
      return metrics.getOrDefault(name, Double.NaN);
    }
  }

  private final int most;
  private final List<Point> kept = new ArrayList<>();
  private long stride = 1;
  private Point last = new Point(0, Double.NaN, Map.of());

  /**
   * @param most greatest number of points to keep; must be even
   */
  StepSeries(int most) {
    this.most = most;
  }

  void add(StepTaken step) {
    last = new Point(step.getStep(), step.getLoss(), Map.copyOf(step.getMetrics()));
    if (step.getStep() % stride != 0) {
      return;
    }
    kept.add(last);
    if (kept.size() > most) {
      stride *= 2;
      kept.removeIf(point -> point.step() % stride != 0);
    }
  }

  List<Point> points() {
    List<Point> points = new ArrayList<>(kept);
    if (last.step() > 0 && (points.isEmpty() || points.get(points.size() - 1) != last)) {
      points.add(last);
    }
    return points;
  }
}
