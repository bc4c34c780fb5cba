package io.dpostream.settings.service;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the promises of {@link Service} for one that works by a single method. Work that still
 * waits for something, such as a broker that does not answer, is interrupted {@link
 * Service#PARTS_LIMIT} after a stop was requested. Thread-safe.
 */
public final class Lifecycle {
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Duration patience;
  private boolean begun;
  private Optional<Thread> worker = Optional.empty();
  private long stopRequestedAt;

  public Lifecycle() {
    this(Service.PARTS_LIMIT);
  }

  /** Interrupts the work earlier or later. */
  Lifecycle(Duration patience) {
    this.patience = patience;
  }

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
        end();
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
    worker = Optional.of(Thread.currentThread());
    return true;
  }

  private synchronized void end() {
    worker = Optional.empty();
    ended.countDown();
  }

  private synchronized void interruptWork() {
    worker.ifPresent(Thread::interrupt);
  }

  /** Ends every {@link #pause}, now and later. */
  public synchronized void requestStop() {
    if (!isStopRequested()) {
      stopRequestedAt = System.nanoTime();
      stopRequested.countDown();
    }
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
    if (!hasBegun()) {
      return true;
    }
    long end = System.nanoTime() + limit.toNanos();
    if (isStopRequested()) {
      long patience = patienceEnd() - System.nanoTime();
      if (patience < limit.toNanos() && !awaitEnd(patience)) {
        interruptWork();
      }
    }
    return awaitEnd(end - System.nanoTime());
  }

  private boolean awaitEnd(long nanos) throws InterruptedException {
    return ended.await(nanos, TimeUnit.NANOSECONDS);
  }

  private synchronized long patienceEnd() {
    return stopRequestedAt + patience.toNanos();
  }

  private synchronized boolean hasBegun() {
    return begun;
  }
}
