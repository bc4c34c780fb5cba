package io.dpostream.pipeline.run;

import io.dpostream.settings.service.Service;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that runs a command, and holds the
 * process until that thread has put things in order.
 */
public final class Shutdown implements AutoCloseable {

  /** What the services may take, and some time for an embedded broker, which stops last. */
  private static final Duration LIMIT = Service.STOP_LIMIT.plusSeconds(10);

  private final CountDownLatch inOrder = new CountDownLatch(1);
  private final Thread hook;

  private Shutdown(Thread command) {
    this.hook =
        new Thread(
            () -> {
              command.interrupt();
              await();
            },
            "shutdown");
  }

  /** Interrupts the current thread when the process is asked to stop, until this is closed. */
  public static Shutdown interruptsCurrentThread() {
    Shutdown shutdown = new Shutdown(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(shutdown.hook);
    return shutdown;
  }

  private void await() {
    try {
      inOrder.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Things are in order: the process may end. */
  @Override
  public void close() {
    inOrder.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // the hook is running, and now comes to its end
    }
  }
}
