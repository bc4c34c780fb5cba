package io.dpostream.benchmarks.sampling;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Prompt;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Takes a fixed time for a batch, however large, and no processor, as a GPU or a server of its own
 * does: so the cores of one machine do not bound how many samplers it can show.
 *
 * @param millisPerBatch waited for each batch
 */
record SlowEngine(int millisPerBatch) implements SamplingEngine {
  private static final int TOKENS = 16;

  @Override
  public LoadedPolicy load(PolicyVersion version) {
    return new Policy(version.getSha256(), millisPerBatch);
  }

  private record Policy(String sha256, int millisPerBatch) implements LoadedPolicy {
    @Override
    public int contextLength() {
      return 1024;
    }

    @Override
    public int[] encode(Prompt prompt) {
      return IntStream.range(1, 1 + TOKENS).toArray();
    }

    @Override
    public List<Completion> complete(List<GenerationRequest> batch) {
      long end = System.nanoTime() + millisPerBatch * 1_000_000L;
      for (long left = 1; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return batch.stream().map(Policy::completion).toList();
    }

    private static Completion completion(GenerationRequest request) {
      List<Integer> tokens = IntStream.range(1, 1 + TOKENS).boxed().toList();
      List<Float> logprobs = tokens.stream().map(token -> -1f).toList();
      return Completion.newBuilder()
          .setText("text " + request.drawSeed())
          .setTokenIds(tokens)
          .setLogprobs(logprobs)
          .setSamplingLogprobs(logprobs)
          .setFinishReason(FinishReason.LENGTH)
          .build();
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
