package io.dpostream.sampler.versions;

import java.nio.file.Path;

/** Loads a checkpoint folder into memory. */
@FunctionalInterface
public interface PolicyLoader {

  /**
   * Loads a Hugging Face folder; the caller closes the result.
   *
   * @throws RuntimeException with a message of one line when the folder is missing or damaged
   */
  LoadedPolicy load(Path folder);
}
