package io.dpostream.kafka.writing;

import java.time.Duration;

/**
 * How long to wait before trying again: twice as long after each failure, up to a bound, with
 * random jitter so that many clients do not come back at the same moment.
 *
 * <pre>delay(n, u) = min(first · 2ⁿ, longest) · (1 + jitter · (2u − 1))</pre>
 *
 * <p>Here n counts the failures before this one, and u is uniform in [0, 1). Immutable.
 *
 * @param first wait after the first failure, before jitter
 * @param longest bound on the wait, before jitter
 * @param jitter greatest relative deviation, at least 0 and below 1
 */
public record Backoff(Duration first, Duration longest, double jitter) {
  private static final int MOST_DOUBLINGS = 30;

  public Backoff {
    if (first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("backoff from " + first + " to " + longest);
    }
    if (!(jitter >= 0 && jitter < 1)) {
      throw new IllegalArgumentException("jitter: " + jitter + " is not in [0, 1)");
    }
  }

  /** The backoff of Kafka clients here: a quarter of a second at first, two seconds at most. */
  public static Backoff standard() {
    return new Backoff(Duration.ofMillis(250), Duration.ofSeconds(2), 0.2);
  }

  /**
   * The wait after a failure.
   *
   * @param failuresBefore how many failures in a row came before this one
   * @param uniform a random number in [0, 1)
   */
  public Duration delay(int failuresBefore, double uniform) {
    long doubled = first.toNanos() << Math.min(failuresBefore, doublings());
    double nanos = Math.min(doubled, longest.toNanos()) * (1 + jitter * (2 * uniform - 1));
    return Duration.ofNanos(Math.round(nanos));
  }

  /** Doublings that cannot overflow a long. */
  private int doublings() {
    return Math.min(MOST_DOUBLINGS, Math.max(0, Long.numberOfLeadingZeros(first.toNanos()) - 1));
  }
}
