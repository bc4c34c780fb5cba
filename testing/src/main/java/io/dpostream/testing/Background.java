package io.dpostream.testing;

import java.util.concurrent.CompletableFuture;

/**
 * Work in a thread of its own. The common pool has as many threads as the machine has cores: enough
 * services that block would keep the next one from starting.
 */
public final class Background {
  private Background() {}

  /** Starts it; the future has its end. */
  public static CompletableFuture<Void> run(Runnable work) {
    return CompletableFuture.runAsync(work, task -> new Thread(task, "background").start());
  }
}
