package io.dpostream.pipeline.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * Meters of this process's Kafka clients, by client id. The clients are deep inside the services,
 * but publish their numbers as managed beans, which are read here.
 */
final class KafkaClientMeters {
  /** The source of one number: the beans that have it, and the attribute's name. */
  private record Source(ObjectName beans, String attribute) {
    static Source of(String beans, String attribute) {
      try {
        return new Source(new ObjectName(beans + ",client-id=*"), attribute);
      } catch (MalformedObjectNameException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final String CONSUMER = "kafka.consumer:type=consumer-fetch-manager-metrics";
  private static final String UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final String PRODUCER = "kafka.producer:type=producer-metrics";

  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
  private final Map<MultiGauge, Source> gauges = new LinkedHashMap<>();

  KafkaClientMeters(MeterRegistry registry) {
    gauge(registry, "consumer.records.lag.max", CONSUMER, "records-lag-max");
    gauge(registry, "consumer.records.consumed", CONSUMER, "records-consumed-total");
    gauge(registry, "consumer.bytes.consumed", CONSUMER, "bytes-consumed-total");
    gauge(registry, "producer.records.sent", PRODUCER, "record-send-total");
    gauge(registry, "producer.record.errors", PRODUCER, "record-error-total");
    gauge(registry, "producer.record.retries", PRODUCER, "record-retry-total");
    gauge(registry, "producer.request.latency.avg.ms", PRODUCER, "request-latency-avg");
  }

  /** Reads all numbers. */
  void refresh() {
    gauges.forEach(
        (gauge, source) -> {
          List<Row<?>> rows = new ArrayList<>();
          for (ObjectName bean : beans.queryNames(source.beans(), null)) {
            double value = read(bean, source.attribute());
            if (!Double.isNaN(value)) {
              rows.add(Row.of(Tags.of("client", client(bean)), value));
            }
          }
          gauge.register(rows, true);
        });
  }

  /**
   * Removes the random id that Kafka Streams puts into client ids; each start would make new
   * series.
   */
  private static String client(ObjectName bean) {
    return bean.getKeyProperty("client-id").replaceAll("-" + UUID_PATTERN, "");
  }

  private void gauge(MeterRegistry registry, String name, String beans, String attribute) {
    MultiGauge gauge =
        MultiGauge.builder("kafka." + name).description("Kafka's " + attribute).register(registry);
    gauges.put(gauge, Source.of(beans, attribute));
  }

  /** Reads an attribute; NaN when it is not measured yet, or the client has just been closed. */
  private double read(ObjectName bean, String attribute) {
    try {
      return beans.getAttribute(bean, attribute) instanceof Number number
          ? number.doubleValue()
          : Double.NaN;
    } catch (JMException e) {
      return Double.NaN;
    }
  }
}
