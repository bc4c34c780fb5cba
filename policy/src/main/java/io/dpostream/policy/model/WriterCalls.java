package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The calls of the writer program, with what is the same for all of them. Scope-owned results. */
record WriterCalls(PackedWeights packed, NDManager scope, SamplingOptions options, int[] ends) {

  WriterCalls(PackedWeights packed, NDManager scope, SamplingOptions options) {
    this(
        packed,
        scope,
        options,
        options.eosIds().stream().mapToInt(Integer::intValue).sorted().toArray());
  }

  boolean needsSeen() {
    return options.repetitionPenalty() != 1;
  }

  /** Logits after each prompt, and their keys and values. */
  List<NDArray> read(int rows, int[] ids, int[] lengths) {
    return packed
        .program()
        .tensors(scope, Gradients.OFF, "read", packed.weights(), rows, ids, lengths);
  }

  NDArray cache(int rows, int width) {
    return tensor("cache", packed.weights(), rows, width);
  }

  void copy(NDArray source, int[] rows, NDArray target, int[] into, int length) {
    run("copy", source, rows, target, into, length);
  }

  NDArray unseen(int rows) {
    return tensor("unseen", packed.weights(), rows);
  }

  void mark(NDArray seen, int row, int[] ids) {
    run("mark", seen, row, ids);
  }

  void copyRows(NDArray source, int[] rows, NDArray target, int[] into) {
    run("copy_rows", source, rows, target, into);
  }

  /** First tokens after prompts: token, log-probability and as drawn, one after the other. */
  double[] begin(NDArray logits, int[] rows, Optional<NDArray> seen, double[] draws) {
    return drawn("begin", logits, rows, seen.stream().toList(), ends, draws);
  }

  /** Tokens of up to {@code steps} steps, as {@link #begin}, a step after the other. */
  double[] advance(
      NDArray cache,
      int[] tokens,
      int[] positions,
      Optional<NDArray> seen,
      int[] counts,
      int steps,
      double[] draws) {
    return drawn(
        "advance",
        packed.weights(),
        cache,
        tokens,
        positions,
        seen.stream().toList(),
        ends,
        counts,
        steps,
        draws);
  }

  /** Calls a method that draws, whose last arguments say how. */
  private double[] drawn(String method, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            options.temperature(),
            options.topK(),
            options.topP(),
            options.minP(),
            options.repetitionPenalty(),
            options.minNewTokens()));
    try (NDArray drawn = tensor(method, all.toArray())) {
      return drawn.toDoubleArray();
    }
  }

  private NDArray tensor(String method, Object... arguments) {
    return packed.program().tensor(scope, Gradients.OFF, method, arguments);
  }

  private void run(String method, Object... arguments) {
    packed.program().run(Gradients.OFF, method, arguments);
  }
}
