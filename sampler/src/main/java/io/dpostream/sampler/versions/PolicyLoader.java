package io.dpostream.sampler.versions;

import io.dpostream.schemas.PolicyVersion;
import java.net.URI;
import java.nio.file.Path;

/** Loads a checkpoint folder into this process's memory. */
@FunctionalInterface
public interface PolicyLoader extends SamplingEngine {

  /**
   * Loads a Hugging Face folder; the caller closes the result.
   *
   * @throws RuntimeException with a message of one line when the folder is missing or damaged
   */
  LoadedPolicy load(Path folder);

  @Override
  default LoadedPolicy load(PolicyVersion version) {
    return load(folder(version));
  }

  /** The folder that a version was published in. */
  static Path folder(PolicyVersion version) {
    String uri = version.getUri();
    return uri.startsWith("file:") ? Path.of(URI.create(uri)) : Path.of(uri);
  }
}
