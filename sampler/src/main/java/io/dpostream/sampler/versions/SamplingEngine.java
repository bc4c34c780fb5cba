package io.dpostream.sampler.versions;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;

/**
 * Writes completions for a sampler, each by a version that was loaded before: in this process, or
 * on servers of its own.
 */
@FunctionalInterface
public interface SamplingEngine {

  /**
   * Checks once, before anything is loaded, that sampling as configured is possible.
   *
   * @throws UserException when it is not; the message says what to set
   * @throws EngineUnavailableException when that cannot be told now
   */
  default void check() {}

  /**
   * Makes a published version ready to write; the caller closes the result.
   *
   * @throws EngineUnavailableException when it may succeed later
   * @throws RuntimeException with a message of one line when the version cannot be used
   */
  LoadedPolicy load(PolicyVersion version);

  /** Ends a load that is under way, as far as it only waits; nothing is loaded afterwards. */
  default void stopLoading() {}
}
