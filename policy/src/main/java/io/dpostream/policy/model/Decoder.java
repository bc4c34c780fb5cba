package io.dpostream.policy.model;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.TorchProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes completions, with one forward pass per token for all that are being written, over a cache
 * of keys and values. A completion that ends makes room for the next one at once, whatever the
 * others' lengths.
 *
 * <p>The token at position t of a completion is drawn with {@code RandomDraws.uniform(drawSeed, t)}
 * by inverse CDF over the vocabulary in the order of ids, so a completion depends on its prompt and
 * seed, not on those beside it (up to the rounding of products of another shape).
 *
 * <p>Thread-safe; the cache is held for the length of a call.
 */
public final class Decoder {
  private final ModelConfig config;
  private final NDManager manager;
  private final PackedWeights packed;

  Decoder(ModelConfig config, NDManager manager, PackedWeights packed) {
    this.config = config;
    this.manager = manager;
    this.packed = packed;
  }

  /**
   * Completes each prompt until an end-of-sequence token, {@code maxNewTokens}, or the model's last
   * position.
   *
   * @return one generation per request, in the order given
   * @throws IllegalArgumentException if a prompt leaves no position free or an id is outside the
   *     vocabulary
   */
  public List<Generation> generate(List<GenerationRequest> requests, SamplingOptions options) {
    return generate(requests, options, DecodingLimits.NONE, Optional.empty());
  }

  /** Completes each prompt as {@link #generate(List, SamplingOptions)}, within limits. */
  public List<Generation> generate(
      List<GenerationRequest> requests,
      SamplingOptions options,
      DecodingLimits limits,
      Optional<TextStop> textStop) {
    Batched work = new Batched(requests);
    decode(work, options, limits, textStop);
    return work.generations();
  }

  /**
   * Writes what is asked for until there is no more.
   *
   * @param textStop ends completions by their text; the token that completes it is their last
   * @throws IllegalArgumentException if a prompt leaves no position free or an id is outside the
   *     vocabulary
   */
  public void decode(
      DecodingWork work,
      SamplingOptions options,
      DecodingLimits limits,
      Optional<TextStop> textStop) {
    try (NDManager scope = scope()) {
      decoding(scope, work, options, limits, textStop).run();
    }
  }

  TorchProgram program() {
    return packed.program();
  }

  NDManager scope() {
    return manager.newSubManager();
  }

  /** Prepares to write what is asked for, with tensors that a scope owns. */
  Decoding decoding(
      NDManager scope,
      DecodingWork work,
      SamplingOptions options,
      DecodingLimits limits,
      Optional<TextStop> textStop) {
    return new Decoding(new WriterCalls(packed, scope, options), config, work, limits, textStop);
  }

  /** Requests that are all known from the beginning. */
  private static final class Batched implements DecodingWork {
    private final List<GenerationRequest> requests;
    private final @Nullable Generation[] done;
    private int next;

    Batched(List<GenerationRequest> requests) {
      this.requests = requests;
      this.done = new Generation[requests.size()];
    }

    @Override
    public List<GenerationRequest> next(int most) {
      int from = next;
      next = from + Math.min(most, requests.size() - from);
      return requests.subList(from, next);
    }

    @Override
    public void finished(int index, Generation generation) {
      done[index] = generation;
    }

    List<Generation> generations() {
      List<Generation> all = new ArrayList<>();
      for (Generation one : Arrays.asList(done)) {
        if (one == null) {
          throw new IllegalStateException("a completion is missing");
        }
        all.add(one);
      }
      return all;
    }
  }
}
