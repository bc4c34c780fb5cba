package io.dpostream.pipeline.metrics;

import io.dpostream.judge.service.JudgeListener;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * The meters of one process, each with the label {@code run}. Services feed them through {@link
 * #listeners}; Kafka's clients and the virtual machine are read at each scrape.
 */
public final class Meters implements AutoCloseable {
  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final KafkaClientMeters clients;

  /** Creates the meters of a process that works on a run. */
  public Meters(String runId) {
    registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().commonTags("run", runId);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    collections.bindTo(registry);
    clients = new KafkaClientMeters(registry);
  }

  /** The listeners that feed the services' meters. */
  public Listeners listeners() {
    return listeners(JudgeListener.NONE);
  }

  /**
   * The listeners that feed the services' meters, and pass on the page of a human judge as well.
   */
  public Listeners listeners(JudgeListener pages) {
    return new Listeners(
        new SamplerMeters(registry),
        new JudgeMeters(registry, pages),
        new AssemblerMeters(registry),
        new TrainerMeters(registry));
  }

  /** The meters of the judges' quality. */
  public JudgeQualityMeters judgeQuality() {
    return new JudgeQualityMeters(registry);
  }

  /** Returns all meters now, in Prometheus's text format. */
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
