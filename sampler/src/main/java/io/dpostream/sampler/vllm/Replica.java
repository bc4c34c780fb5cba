package io.dpostream.sampler.vllm;

import io.dpostream.sampler.vllm.VllmServer.BaseModel;
import java.util.Optional;

/**
 * A server, and what is known of it. Thread-safe.
 *
 * <p>One that failed rests, the longer the more often it failed in a row, so that a server that is
 * gone does not delay the others.
 */
final class Replica {
  private static final long LONGEST_REST_MS = 60_000;
  private static final int MOST_DOUBLINGS = 16;

  private final VllmServer server;
  private final long restMs;
  private Optional<BaseModel> base = Optional.empty();
  private int failures;
  private long restsUntilNanos = Long.MIN_VALUE;

  /**
   * @param restMs rest after the first failure
   */
  Replica(VllmServer server, long restMs) {
    this.server = server;
    this.restMs = restMs;
  }

  VllmServer server() {
    return server;
  }

  /** The model that it was started with; asked once, until it may be another. */
  BaseModel base() {
    synchronized (this) {
      if (base.isPresent()) {
        return base.get();
      }
    }
    BaseModel asked = server.baseModel();
    synchronized (this) {
      base = Optional.of(asked);
    }
    return asked;
  }

  /** Lets it rest, after a failure; what it serves may be another model when it is back. */
  synchronized void rest(long nowNanos) {
    long ms = Math.min(LONGEST_REST_MS, restMs << Math.min(failures, MOST_DOUBLINGS));
    failures++;
    restsUntilNanos = nowNanos + ms * 1_000_000;
    forgetBase();
  }

  /** Notes that what it serves may be another model by now. */
  synchronized void forgetBase() {
    base = Optional.empty();
  }

  /** Notes that it answered. */
  synchronized void answered() {
    failures = 0;
  }

  synchronized boolean rests(long nowNanos) {
    return failures > 0 && nowNanos - restsUntilNanos < 0;
  }
}
