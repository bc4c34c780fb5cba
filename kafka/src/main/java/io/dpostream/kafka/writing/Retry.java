package io.dpostream.kafka.writing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats what failed because a broker or the schema registry was out of reach, until it succeeds
 * or the service is stopped. Thread-safe.
 */
public final class Retry {
  private static final Logger log = LoggerFactory.getLogger(Retry.class);

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Duration pause;

  /**
   * @param pause between two attempts
   */
  public Retry(Duration pause) {
    this.pause = pause;
  }

  /**
   * The action's result, however many attempts it takes.
   *
   * @throws InterruptException when stopped while it still fails
   */
  public <T> T call(Supplier<T> action) {
    for (String reported = ""; ; ) {
      try {
        return action.get();
      } catch (RetriableException e) {
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(reported)) {
          log.warn("out of reach, trying again: {}", reason);
          reported = reason;
        }
        if (pause(pause)) {
          throw new InterruptException("stopped while waiting for: " + reason);
        }
      }
    }
  }

  /** As {@link #call}, for an action without a result. */
  public void run(Runnable action) {
    call(
        () -> {
          action.run();
          return true;
        });
  }

  /** Waits; true when stopped meanwhile. */
  public boolean pause(Duration duration) {
    try {
      return stopped.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Ends every wait, now and later. */
  public void stop() {
    stopped.countDown();
  }

  /**
   * Nothing while running.
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
