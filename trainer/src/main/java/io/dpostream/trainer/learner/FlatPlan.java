package io.dpostream.trainer.learner;

import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Passes of sequences one after the other, without padding. Neighbours with the same prompt, such
 * as chosen and rejected, share its work.
 *
 * @param budget of a pass
 */
record FlatPlan(PassBudget budget) implements PassPlan {

  @Override
  public List<PlannedPass> passes(List<TokenSequence> sequences) {
    return budget
        .divide(pairs(sequences), pair -> pair.stream().map(sequences::get).toList())
        .stream()
        .map(
            pass -> new PlannedPass(pass.stream().flatMap(List::stream).toList(), Optional.empty()))
        .toList();
  }

  /** Indices of neighbours with the same prompt by two and two, and of the others alone. */
  private static List<List<Integer>> pairs(List<TokenSequence> sequences) {
    List<List<Integer>> pairs = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      boolean paired =
          i + 1 < sequences.size()
              && Arrays.equals(sequences.get(i).prompt(), sequences.get(i + 1).prompt());
      pairs.add(paired ? List.of(i, ++i) : List.of(i));
    }
    return pairs;
  }

  @Override
  public <T> List<List<T>> parts(List<T> pairs, Function<T, List<TokenSequence>> sequences) {
    return budget.divide(pairs, sequences);
  }

  @Override
  public String arithmetic() {
    return "flat";
  }
}
