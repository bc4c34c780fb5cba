package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.Generation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one version has written of a batch that is not complete yet, so that trying the batch again
 * asks only for the rest. Used by one thread at a time.
 */
final class Finished {
  private final Map<Key, Generation> generations = new HashMap<>();

  private record Key(List<Integer> prompt, long seed, int most) {
    static Key of(CompletionCall call) {
      return new Key(Arrays.stream(call.prompt()).boxed().toList(), call.seed(), call.most());
    }
  }

  /** Drops what is of none of these calls. */
  void keepOnly(List<CompletionCall> calls) {
    generations.keySet().retainAll(calls.stream().map(Key::of).collect(Collectors.toSet()));
  }

  /** What was written at a call, if it was. */
  Optional<Generation> of(CompletionCall call) {
    return Optional.ofNullable(generations.get(Key.of(call)));
  }

  /** Keeps what was written at a call. */
  void add(CompletionCall call, Generation generation) {
    generations.put(Key.of(call), generation);
  }

  /** Drops everything, once the batch is complete. */
  void clear() {
    generations.clear();
  }
}
