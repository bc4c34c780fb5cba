package io.dpostream.kafka.serde;

import io.dpostream.kafka.writing.Backoff;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;

/**
 * How often, and after which {@link Backoff}, to ask a registry again that cannot be reached.
 *
 * @param max attempts after the first one
 * @param firstWait wait before the first retry, before jitter
 * @param maxWait the longest wait, before jitter
 */
public record RegistryRetries(int max, Duration firstWait, Duration maxWait) {
  /** Confluent's configuration keys for the three values, in this order; times in milliseconds. */
  static final String MAX = "max.retries";

  static final String WAIT_MS = "retries.wait.ms";
  static final String MAX_WAIT_MS = "retries.max.wait.ms";

  private static final double JITTER = 0.2;

  public RegistryRetries {
    if (max < 0 || firstWait.isNegative() || maxWait.compareTo(firstWait) < 0) {
      throw new UserException(
          "%s, %s, %s: %d, %d, %d must be at least 0, and the last not below the second"
              .formatted(MAX, WAIT_MS, MAX_WAIT_MS, max, firstWait.toMillis(), maxWait.toMillis()));
    }
  }

  /** The default: gives up after about half a minute. */
  public static RegistryRetries defaults() {
    return new RegistryRetries(11, Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  static RegistryRetries from(Map<String, ?> config) {
    RegistryRetries defaults = defaults();
    return new RegistryRetries(
        Math.toIntExact(SerdeConfig.number(config, MAX, defaults.max)),
        Duration.ofMillis(SerdeConfig.number(config, WAIT_MS, defaults.firstWait.toMillis())),
        Duration.ofMillis(SerdeConfig.number(config, MAX_WAIT_MS, defaults.maxWait.toMillis())));
  }

  <V> V call(Supplier<V> request) {
    Backoff backoff = new Backoff(firstWait, maxWait, JITTER);
    for (int retry = 0; ; retry++) {
      try {
        return request.get();
      } catch (RegistryUnavailableException e) {
        if (retry == max) {
          throw e;
        }
      }
      sleep(backoff.delay(retry, ThreadLocalRandom.current().nextDouble()).toMillis());
    }
  }

  private static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
