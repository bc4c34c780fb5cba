package io.dpostream.trainer.learner;

import io.dpostream.policy.model.PassShape;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Passes of rows in fixed shapes, each sequence in the one shape that it is always computed in.
 * Runs that began before release 0.2 go on so.
 *
 * @param tokensPerPass tokens of a pass
 */
record PaddedPlan(int tokensPerPass) implements PassPlan {
  private static final int CPU_TOKENS_PER_PASS = 256;
  private static final int CUDA_TOKENS_PER_PASS = 8192;

  static PaddedPlan on(String device) {
    return new PaddedPlan(device.equals("cpu") ? CPU_TOKENS_PER_PASS : CUDA_TOKENS_PER_PASS);
  }

  /** Packs sequences by width, and in their order within a width. */
  @Override
  public List<PlannedPass> passes(List<TokenSequence> sequences) {
    Map<Integer, List<PlannedPass>> byWidth = new TreeMap<>();
    for (int i = 0; i < sequences.size(); i++) {
      PassShape shape = PassShape.of(sequences.get(i), tokensPerPass);
      List<PlannedPass> passes = byWidth.computeIfAbsent(shape.width(), width -> new ArrayList<>());
      if (passes.isEmpty() || passes.get(passes.size() - 1).members().size() == shape.rows()) {
        passes.add(new PlannedPass(new ArrayList<>(), Optional.of(shape)));
      }
      passes.get(passes.size() - 1).members().add(i);
    }
    return byWidth.values().stream().flatMap(List::stream).toList();
  }

  @Override
  public <T> List<List<T>> parts(List<T> pairs, Function<T, List<TokenSequence>> sequences) {
    return List.of(pairs);
  }

  @Override
  public String arithmetic() {
    return Integer.toString(tokensPerPass);
  }
}
