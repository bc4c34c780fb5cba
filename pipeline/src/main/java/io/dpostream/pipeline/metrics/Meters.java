package io.dpostream.pipeline.metrics;

import io.dpostream.judge.service.JudgeListener;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * The meters of one process, each with the label {@code run}. Services feed them through {@link
 * #listeners}; Kafka's clients and the virtual machine are asked when somebody scrapes.
 */
public final class Meters implements AutoCloseable {
  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final KafkaClientMeters clients;

  /** Meters of a process that works on a run. */
  public Meters(String runId) {
    registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().commonTags("run", runId);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    collections.bindTo(registry);
    clients = new KafkaClientMeters(registry);
  }

  /** What services are to be told to, so that their meters move. */
  public Listeners listeners() {
    return listeners(JudgeListener.NONE);
  }

  /** The same; the page of a human judge is told to somebody else, too. */
  public Listeners listeners(JudgeListener pages) {
    return new Listeners(
        new SamplerMeters(registry),
        new JudgeMeters(registry, pages),
        new AssemblerMeters(registry),
        new TrainerMeters(registry));
  }

  /** Where to put how good the judges are. */
  public JudgeQualityMeters judgeQuality() {
    return new JudgeQualityMeters(registry);
  }

  /** All meters now, in Prometheus' text format. */
  public String scrape() {
    clients.refresh();
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
