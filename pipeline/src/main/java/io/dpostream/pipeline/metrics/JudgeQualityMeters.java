package io.dpostream.pipeline.metrics;

import io.dpostream.judge.stats.JudgeReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Meters of each judge's quality, as {@link io.dpostream.judge.stats.JudgeStatistics} measures it.
 */
public final class JudgeQualityMeters {
  private static final String PREFIX = "dpo.judge.";

  private final Map<MultiGauge, Function<JudgeReport, Optional<Double>>> gauges =
      new LinkedHashMap<>();

  JudgeQualityMeters(MeterRegistry registry) {
    gauge(registry, "tie.rate", "Share of ties among verdicts", r -> Optional.of(r.tieRate()));
    gauge(registry, "abstain.rate", "Share of abstentions", r -> Optional.of(r.abstainRate()));
    gauge(
        registry,
        "kappa.people",
        "Cohen's kappa with the people's majority",
        r -> r.withPeople().flatMap(a -> finite(a.kappa())));
    gauge(
        registry,
        "kappa.majority",
        "Cohen's kappa with the majority of the others",
        r -> r.withMajority().flatMap(a -> finite(a.kappa())));
    gauge(
        registry,
        "position.bias",
        "Share of pairs whose verdict changed with the order shown",
        r -> r.positionBias().flatMap(b -> finite(b.rate())));
    gauge(
        registry,
        "error.rate",
        "Estimated share of wrong preferences",
        r -> r.errorRate().flatMap(e -> finite(e.estimate())));
  }

  /** Shows these reports from now on; a judge without a value has no series for it. */
  public void update(List<JudgeReport> reports) {
    gauges.forEach(
        (gauge, value) -> {
          List<Row<?>> rows = new ArrayList<>();
          for (JudgeReport report : reports) {
            value
                .apply(report)
                .ifPresent(v -> rows.add(Row.of(Tags.of("judge", report.judge()), v)));
          }
          gauge.register(rows, true);
        });
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      Function<JudgeReport, Optional<Double>> value) {
    gauges.put(
        MultiGauge.builder(PREFIX + name).description(description).register(registry), value);
  }

  private static Optional<Double> finite(double value) {
    return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
  }
}
