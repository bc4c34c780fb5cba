package io.dpostream.pipeline.run;

import io.dpostream.settings.service.Service;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that runs a command, and keeps the
 * process alive until that thread has cleaned up.
 */
public final class Shutdown implements AutoCloseable {

  /** The services' bound on stopping, plus time for an embedded broker, which stops last. */
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

  /** Ends the wait: cleaning up is done, and the process may end. */
  @Override
  public void close() {
    inOrder.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // the hook is already running, and will now end
    }
  }
}
