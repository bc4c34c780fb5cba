package io.dpostream.trainer.service;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Work on a thread of its own, beside that of its owner: one task at a time. What a task writes,
 * its owner sees after {@link #await}. To be used by one thread.
 */
final class BackgroundWork implements AutoCloseable {
  private final ExecutorService thread;
  private Optional<Future<?>> task = Optional.empty();

  /** Creates the thread, which ends when this is closed. */
  BackgroundWork(String threadName) {
    this.thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, threadName);
              made.setDaemon(true);
              return made;
            });
  }

  /** Starts a task, once the one before has ended. */
  void start(Runnable work) {
    await();
    task = Optional.of(thread.submit(work));
  }

  /**
   * Waits until the task that was started last has ended; returns at once without one.
   *
   * @throws InterruptException if the calling thread is interrupted meanwhile
   * @throws RuntimeException what the task threw
   */
  void await() {
    if (task.isEmpty()) {
      return;
    }
    try {
      task.get().get();
      task = Optional.empty();
    } catch (InterruptedException e) {
      throw new InterruptException(e); // interrupts this thread again
    } catch (ExecutionException e) {
      task = Optional.empty();
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /**
   * Whether the task that was started last has ended with a failure, which {@link #await} throws.
   */
  boolean hasFailed() {
    return task.filter(Future::isDone).map(BackgroundWork::failed).orElse(false);
  }

  private static boolean failed(Future<?> ended) {
    try {
      ended.get();
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Interrupts the task, of which nothing is needed any more; no other can be started. */
  void giveUp() {
    thread.shutdownNow();
  }

  /**
   * Waits for the task and ends the thread: nothing is touched any more when this returns. A task
   * is interrupted when the calling thread is.
   */
  @Override
  public void close() {
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
        thread.shutdownNow();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
