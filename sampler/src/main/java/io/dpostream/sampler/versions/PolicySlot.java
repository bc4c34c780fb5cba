package io.dpostream.sampler.versions;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hands policies from the thread that loads them to the one that samples, which never waits for one
 * to be loaded or freed. At most two are in memory at any time: the one that samples, and one that
 * is loading, waiting for its turn, or about to be freed. Thread-safe.
 */
final class PolicySlot implements AutoCloseable {
  private @Nullable ServedPolicy current;
  private @Nullable ServedPolicy next;
  private @Nullable ServedPolicy former;

  /**
   * Makes room for a policy that is about to be loaded, by closing one that was offered but not
   * taken; called by the loading thread.
   */
  void makeRoom() {
    ServedPolicy unused;
    synchronized (this) {
      unused = next;
      next = null;
    }
    close(unused);
    closeFormer();
  }

  /** Closes the policy that was replaced, if there is one; called by the loading thread. */
  void closeFormer() {
    ServedPolicy replaced;
    synchronized (this) {
      replaced = former;
      former = null;
    }
    close(replaced);
  }

  /** Offers a loaded policy, for which room was made and which this slot owns from now on. */
  synchronized void offer(ServedPolicy policy) {
    if (next != null || former != null) {
      throw new IllegalStateException("no room was made for version " + policy.version());
    }
    next = policy;
  }

  /** The version that samples now, or will after the next swap. */
  synchronized Optional<Long> version() {
    ServedPolicy newest = next != null ? next : current;
    return Optional.ofNullable(newest).map(ServedPolicy::version);
  }

  /**
   * Returns the policy to sample with. It is called between batches: an offered policy replaces the
   * previous one, which the loading thread closes.
   */
  synchronized Optional<ServedPolicy> take() {
    if (next != null) {
      former = current;
      current = next;
      next = null;
    }
    return Optional.ofNullable(current);
  }

  /** Closes all policies; called after the last batch. */
  @Override
  public synchronized void close() {
    Stream.of(next, former, current).forEach(PolicySlot::close);
    next = null;
    former = null;
    current = null;
  }

  private static void close(@Nullable ServedPolicy policy) {
    if (policy != null) {
      policy.policy().close();
    }
  }
}
