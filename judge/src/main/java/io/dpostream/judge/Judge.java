package io.dpostream.judge;

import io.dpostream.schemas.JudgeKind;
import java.util.concurrent.CompletableFuture;

/**
 * Says which of two completions is better. Implementations are thread-safe: {@link #compare} is
 * called again before earlier futures are complete, up to the configured concurrency.
 */
public interface Judge extends AutoCloseable {
  /** What sort of judge this is. */
  JudgeKind kind();

  /** Names everything that a verdict depends on besides the comparison; changes when that does. */
  String version();

  /**
   * Begins to judge and returns at once, or after a computation that is no longer than a few
   * milliseconds. A future that fails is tried again by the caller and in the end becomes an
   * abstention or a dead letter; it is never a label. One that is cancelled has not failed.
   *
   * <p>A judge has {@code verdict_timeout_ms} from this call on, the time in its own queue
   * included. Then the caller completes the future with a failure, and the judge should not begin
   * any more what nobody waits for. A judge that {@link #boundsItself} is given all the time it
   * takes.
   */
  CompletableFuture<Verdict> compare(Comparison comparison);

  /**
   * Whether limits of the judge's own end every comparison. They count its work, and not what it
   * waits for: its turn, a budget, a service that is down.
   */
  default boolean boundsItself() {
    return false;
  }

  /** Lets go of what the judge holds. Pending futures may fail or be cancelled. */
  @Override
  default void close() {}
}
