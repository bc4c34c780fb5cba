package io.dpostream.settings.service;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps the promises of {@link Service} for one that works by a single method. Thread-safe. */
public final class Lifecycle {
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean begun;

  /**
   * What a service does while it runs.
   *
   * @param <E> what it may throw
   */
  @FunctionalInterface
  public interface Work<E extends Exception> {
    /** Works until {@link #isStopRequested}. */
    void run() throws E;
  }

  /**
   * Works, unless a stop was requested before.
   *
   * @throws IllegalStateException when called a second time
   */
  public <E extends Exception> void run(Work<E> work) throws E {
    if (begin()) {
      try {
        work.run();
      } finally {
        ended.countDown();
      }
    }
  }

  private synchronized boolean begin() {
    if (isStopRequested()) {
      return false;
    }
    if (begun) {
      throw new IllegalStateException("a service runs once");
    }
    begun = true;
    return true;
  }

  /** Ends every {@link #pause}, now and later. */
  public synchronized void requestStop() {
    stopRequested.countDown();
  }

  /** Whether the work should end. */
  public boolean isStopRequested() {
    return stopRequested.getCount() == 0;
  }

  /**
   * Waits.
   *
   * @return whether a stop was requested before or meanwhile
   */
  public boolean pause(Duration duration) throws InterruptedException {
    return stopRequested.await(duration.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until a stop is requested. */
  public void awaitStopRequest() throws InterruptedException {
    stopRequested.await();
  }

  /**
   * Waits until the work has ended.
   *
   * @return whether it has, or never began
   */
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return !hasBegun() || ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized boolean hasBegun() {
    return begun;
  }
}
