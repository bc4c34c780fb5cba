package io.dpostream.sampler.versions;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hands policies from the thread that loads them to the one that samples. At most two are in memory
 * at any time: the one that samples, and one that is loading or waiting for its turn. Thread-safe.
 */
final class PolicySlot implements AutoCloseable {
  private @Nullable ServedPolicy current;
  private @Nullable ServedPolicy next;

  /**
   * Makes room for a policy that is about to be loaded, by closing one that was offered but not
   * taken.
   */
  synchronized void makeRoom() {
    if (next != null) {
      next.policy().close();
      next = null;
    }
  }

  /** Offers a loaded policy, which this slot owns from now on. */
  synchronized void offer(ServedPolicy policy) {
    makeRoom();
    next = policy;
  }

  /** The version that samples now, or will after the next swap. */
  synchronized Optional<Long> version() {
    ServedPolicy newest = next != null ? next : current;
    return Optional.ofNullable(newest).map(ServedPolicy::version);
  }

  /**
   * Returns the policy to sample with. It is called between batches: an offered policy replaces the
   * previous one, which is closed.
   */
  synchronized Optional<ServedPolicy> take() {
    if (next != null) {
      if (current != null) {
        current.policy().close();
      }
      current = next;
      next = null;
    }
    return Optional.ofNullable(current);
  }

  /** Closes both policies; called after the last batch. */
  @Override
  public synchronized void close() {
    makeRoom();
    if (current != null) {
      current.policy().close();
      current = null;
    }
  }
}
