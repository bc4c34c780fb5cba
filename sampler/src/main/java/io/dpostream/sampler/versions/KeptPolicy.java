package io.dpostream.sampler.versions;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import io.dpostream.storage.VersionFolder;
import java.util.List;

/**
 * A policy whose folder is kept on this machine until it is closed.
 *
 * @param folder that it was loaded from
 */
record KeptPolicy(LoadedPolicy policy, VersionFolder folder) implements LoadedPolicy {

  @Override
  public String sha256() {
    return policy.sha256();
  }

  @Override
  public int contextLength() {
    return policy.contextLength();
  }

  @Override
  public int[] encode(Prompt prompt) {
    return policy.encode(prompt);
  }

  @Override
  public List<Completion> complete(List<GenerationRequest> batch) {
    return policy.complete(batch);
  }

  @Override
  public void close() {
    try (folder) {
      policy.close();
    }
  }
}
