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
   * abstention or a dead letter; it is never a label.
   */
  CompletableFuture<Verdict> compare(Comparison comparison);

  /** Lets go of what the judge holds. Pending futures may fail. */
  @Override
  default void close() {}
}
