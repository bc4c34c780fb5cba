package io.dpostream.sampler;

import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.schemas.PolicyVersion;
import java.time.Duration;

/** Is notified of what a sampler does, for metrics and progress; called from its threads. */
public interface SamplerListener {

  /** Ignores everything. */
  static SamplerListener none() {
    return new SamplerListener() {};
  }

  /** No version has been published yet, so nothing can be sampled. */
  default void waitingForVersion() {}

  /** A version was loaded and verified; the next batch is sampled with it. */
  default void versionLoaded(PolicyVersion version) {}

  /**
   * A version cannot be used, and sampling continues with the previous one; the reason is one line.
   */
  default void versionRefused(PolicyVersion version, String reason) {}

  /** A batch was committed. */
  default void committed(Batch batch) {}

  /** A prompt was committed to the dead letters; the reason is one line. */
  default void promptRefused(String reason) {}

  /**
   * The current counts of the run's pairs; called at least once per batch and while waiting for
   * room.
   */
  default void paced(PacingState state) {}

  /**
   * A committed batch.
   *
   * @param version the version that wrote every token of it
   * @param pairs number of pairs
   * @param tokens number of tokens in all their completions
   * @param generation time to generate them
   */
  record Batch(long version, int pairs, long tokens, Duration generation) {

    /** Completion tokens per second of generation. */
    public double tokensPerSecond() {
      return generation.isZero() ? 0 : tokens * 1e9 / generation.toNanos();
    }
  }
}
