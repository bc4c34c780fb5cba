package io.dpostream.sampler.vllm;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Names that no server has ever been given: caches of servers outlive the weights that filled them,
 * and are keyed by the name. Thread-safe.
 */
final class FreshNames {
  private final String session;
  private final AtomicLong count = new AtomicLong();

  /**
   * @param session different for every engine that was ever opened
   */
  FreshNames(String session) {
    this.session = session;
  }

  /** A new name for a version. */
  String of(VersionFolder version) {
    return "%s.%s.%d".formatted(version.name(), session, count.incrementAndGet());
  }

  /** Whether a name is one of these. */
  boolean made(String name) {
    return name.contains("." + session + ".");
  }
}
