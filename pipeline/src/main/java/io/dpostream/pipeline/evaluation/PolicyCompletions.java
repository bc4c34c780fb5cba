package io.dpostream.pipeline.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Samples completions of a loaded policy. The draws depend only on seed, prompt and round. */
public final class PolicyCompletions implements Completions {

  private final LoadedPolicy policy;
  private final String seed;
  private final int batchSize;

  /**
   * @param policy borrowed
   * @param seed different for each policy in a comparison, so that their draws are independent
   * @param batchSize prompts decoded together
   */
  public PolicyCompletions(LoadedPolicy policy, String seed, int batchSize) {
    this.policy = policy;
    this.seed = seed;
    this.batchSize = batchSize;
  }

  @Override
  public List<Completion> sample(List<Prompt> prompts, int round) throws InterruptedException {
    List<Completion> completions = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += batchSize) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      List<Prompt> batch = prompts.subList(from, Math.min(prompts.size(), from + batchSize));
      completions.addAll(
          policy.complete(
              batch.stream()
                  .map(p -> new GenerationRequest(policy.encode(p), drawSeed(p, round)))
                  .toList()));
    }
    return completions;
  }

  private long drawSeed(Prompt prompt, int round) {
    String name = seed + "/" + round + "/" + prompt.getId();
    return UUID.nameUUIDFromBytes(name.getBytes(UTF_8)).getMostSignificantBits();
  }
}
