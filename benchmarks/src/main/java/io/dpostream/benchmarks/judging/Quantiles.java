package io.dpostream.benchmarks.judging;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Quantiles of a sample, by the nearest rank. */
record Quantiles(double[] sorted) {
  static Quantiles of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return new Quantiles(sorted);
  }

  double at(double share) {
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  /** Median and p99 as text. */
  String text(String unit) {
    return String.format(Locale.ROOT, "median %.0f %s, p99 %.0f %s", at(0.5), unit, at(0.99), unit);
  }
}
