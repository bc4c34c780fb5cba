package io.dpostream.settings.service;

import java.time.Duration;

/**
 * Something that works on a thread of its caller until it is asked to stop.
 *
 * <p>{@link #run} is called at most once. Everything else may be called by any thread, at any time,
 * any number of times.
 */
public interface Service extends AutoCloseable {

  /**
   * The bound on stopping: {@link #run} returns within this time after {@link #requestStop},
   * whether Kafka answers or not. Whoever stops several services gives them this time together, and
   * interrupts those that have not returned by then.
   */
  Duration STOP_LIMIT = Duration.ofSeconds(30);

  /**
   * What a service gives the threads and clients that it stops with. The rest of {@link
   * #STOP_LIMIT} is for closing what they used.
   */
  Duration PARTS_LIMIT = Duration.ofSeconds(20);

  /**
   * Works, and returns when a stop was requested, the thread is interrupted or nothing is left to
   * do. After a stop was requested it returns at once.
   *
   * @throws Exception what made it stop otherwise
   */
  void run() throws Exception;

  /** Asks {@link #run} to return soon, and returns without waiting. */
  void requestStop();

  /**
   * Waits until nothing runs any more; does not wait at all where {@code limit} is not positive.
   *
   * @return whether {@link #run} has returned, or was never called
   */
  boolean awaitStopped(Duration limit) throws InterruptedException;

  /** Requests the stop and waits for it, at most for {@link #STOP_LIMIT}. */
  @Override
  default void close() {
    requestStop();
    try {
      awaitStopped(STOP_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
