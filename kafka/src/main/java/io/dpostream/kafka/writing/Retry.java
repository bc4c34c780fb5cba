package io.dpostream.kafka.writing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats an action that failed because a broker or the schema registry could not be reached, until
 * it succeeds, the attempts are used up or the service is stopped. Thread-safe.
 */
public final class Retry {
  private static final Logger log = LoggerFactory.getLogger(Retry.class);

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final int attempts;
  private final Backoff backoff;
  private final DoubleSupplier random;

  /**
   * Repeats with the caller's backoff.
   *
   * @param attempts attempts at one action, the first included
   * @param random draws uniformly from [0, 1), for the jitter
   */
  public Retry(int attempts, Backoff backoff, DoubleSupplier random) {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts + " is not positive");
    }
    this.attempts = attempts;
    this.backoff = backoff;
    this.random = random;
  }

  /** Repeats until stopped. */
  public static Retry untilStopped() {
    return atMost(Integer.MAX_VALUE);
  }

  /** Gives up after this many attempts. */
  public static Retry atMost(int attempts) {
    return new Retry(attempts, Backoff.standard(), () -> ThreadLocalRandom.current().nextDouble());
  }

  /** Lets every failure through. */
  public static Retry never() {
    return atMost(1);
  }

  /**
   * Returns the action's result, however many attempts it takes.
   *
   * @throws RetriableException of the last attempt, when there was one
   * @throws InterruptException when stopped while it still fails
   */
  public <T> T call(Supplier<T> action) {
    return call("cannot be reached", Outage::passes, action);
  }

  /**
   * Returns the action's result as {@link #call(Supplier)}, for an action that fails in another way
   * while what it needs is out of reach.
   *
   * @param failure what the log says of it
   * @param passes whether an exception is of that kind; all others are thrown
   */
  public <T> T call(String failure, Predicate<RuntimeException> passes, Supplier<T> action) {
    String reported = "";
    for (int failures = 0; ; failures++) {
      try {
        return action.get();
      } catch (RuntimeException e) {
        if (!passes.test(e) || !isWorthwhileAfter(failures + 1)) {
          throw e;
        }
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(reported)) {
          log.warn("{}, trying again: {}", failure, reason);
          reported = reason;
        }
        pauseAfter(failures, reason);
      }
    }
  }

  /** Repeats an action without a result; see {@link #call}. */
  public void run(Runnable action) {
    call(
        () -> {
          action.run();
          return true;
        });
  }

  /** Whether another attempt is allowed after this many failures. */
  boolean isWorthwhileAfter(int failures) {
    return failures < attempts;
  }

  /**
   * Waits before the next attempt.
   *
   * @throws InterruptException when stopped meanwhile
   */
  void pauseAfter(int failuresBefore, String reason) {
    if (pause(backoff.delay(failuresBefore, random.getAsDouble()))) {
      throw new InterruptException("stopped while waiting for: " + reason);
    }
  }

  /** Waits; returns true when stopped meanwhile. */
  public boolean pause(Duration duration) {
    try {
      return stopped.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Ends every wait, now and later. */
  public void stop() {
    stopped.countDown();
  }

  /**
   * Does nothing while running.
   *
   * @throws InterruptException when stopped
   */
  public void failWhenStopped() {
    if (isStopped()) {
      throw new InterruptException("stopped");
    }
  }

  /** Whether {@link #stop} was called. */
  public boolean isStopped() {
    return stopped.getCount() == 0;
  }
}
