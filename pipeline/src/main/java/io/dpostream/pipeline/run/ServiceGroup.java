package io.dpostream.pipeline.run;

import io.dpostream.settings.service.Service;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group of services, each on its own thread, that stop together: the first failure ends the wait,
 * and closing stops all of them, in reverse order of their start, within {@link Service#STOP_LIMIT}
 * in total. Thread-safe.
 */
public final class ServiceGroup implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ServiceGroup.class);

  private static final Duration LAST_MOMENT = Duration.ofSeconds(5);

  /**
   * @param companion works as long as the others do, and is not waited for
   */
  private record Running(String name, Service service, Thread thread, boolean companion) {}

  private final Deque<Running> running = new ArrayDeque<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private boolean closed;

  /** Starts a service on a thread with its name. */
  public void start(String name, Service service) {
    start(name, service, false);
  }

  /** Starts a service that works as long as the others do: {@link #awaitEnd} leaves it out. */
  public void startCompanion(String name, Service service) {
    start(name, service, true);
  }

  private synchronized void start(String name, Service service, boolean companion) {
    if (closed) {
      throw new IllegalStateException("the group is closed");
    }
    Thread thread =
        new Thread(
            () -> {
              try {
                service.run();
                log.debug("{} ended", name);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (Throwable e) {
                fail(name, e);
              }
            },
            name);
    running.push(new Running(name, service, thread, companion));
    thread.start();
  }

  private void fail(String name, Throwable error) {
    synchronized (this) {
      if (closed) {
        log.debug("{} failed while it was stopped", name, error);
        return;
      }
    }
    if (!end.completeExceptionally(error)) {
      log.debug("{} failed after another service", name, error);
    }
  }

  /**
   * Stops one service and waits for its thread; does nothing if there is no service of this name.
   */
  public void stop(String name) {
    List<Running> found = new ArrayList<>();
    synchronized (this) {
      running.stream().filter(one -> one.name().equals(name)).forEach(found::add);
      running.removeAll(found);
    }
    long deadline = deadline();
    found.forEach(one -> stop(one, deadline));
  }

  /** Waits until every service has ended by itself, or for the first failure. */
  public void awaitEnd() throws Exception {
    while (isRunning()) {
      await(Duration.ofMillis(200));
    }
    await(Duration.ZERO);
  }

  private synchronized boolean isRunning() {
    return running.stream().anyMatch(one -> !one.companion() && one.thread().isAlive());
  }

  /** Ends the wait: the work is done. */
  public void finish() {
    end.complete(null);
  }

  /** Waits for {@link #finish} or the first failure, which it rethrows unchanged. */
  public void await() throws Exception {
    await(Duration.ofMillis(Long.MAX_VALUE));
  }

  /**
   * Waits like {@link #await()}, for at most {@code limit}.
   *
   * @return whether the wait is over
   */
  public boolean await(Duration limit) throws Exception {
    try {
      end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Stops every service and waits for its thread. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    long deadline = deadline();
    while (!running.isEmpty()) {
      stop(running.pop(), deadline);
      if (System.nanoTime() >= deadline) {
        // One service has used up what all had: the others still get a moment, all at once.
        running.forEach(one -> one.service().requestStop());
        deadline = System.nanoTime() + LAST_MOMENT.toNanos();
      }
    }
    finish();
  }

  private static long deadline() {
    return System.nanoTime() + Service.STOP_LIMIT.toNanos();
  }

  private static void stop(Running one, long deadline) {
    one.service().requestStop();
    try {
      boolean stopped = one.service().awaitStopped(Duration.ofNanos(deadline - System.nanoTime()));
      TimeUnit.NANOSECONDS.timedJoin(one.thread(), deadline - System.nanoTime());
      if (!stopped || one.thread().isAlive()) {
        log.warn("{} has not stopped within {} s", one.name(), Service.STOP_LIMIT.toSeconds());
        one.thread().interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      one.thread().interrupt();
    }
  }
}
