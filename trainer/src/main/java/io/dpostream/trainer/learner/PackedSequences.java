package io.dpostream.trainer.learner;

import io.dpostream.policy.model.PassShape;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sequences that one pass computes side by side, in the one shape that each of them is always
 * computed in. Policy and reference are packed alike, so at step 0 their numbers are equal bit for
 * bit.
 *
 * @param shape of the pass
 * @param members indices into the list that was packed
 */
record PackedSequences(PassShape shape, List<Integer> members) {

  /** Packs sequences by width, and in their order within a width. */
  static List<PackedSequences> pack(List<TokenSequence> sequences, int tokensPerPass) {
    Map<Integer, List<PackedSequences>> byWidth = new TreeMap<>();
    for (int i = 0; i < sequences.size(); i++) {
      PassShape shape = PassShape.of(sequences.get(i), tokensPerPass);
      List<PackedSequences> passes =
          byWidth.computeIfAbsent(shape.width(), width -> new ArrayList<>());
      if (passes.isEmpty() || passes.get(passes.size() - 1).members().size() == shape.rows()) {
        passes.add(new PackedSequences(shape, new ArrayList<>()));
      }
      passes.get(passes.size() - 1).members().add(i);
    }
    return byWidth.values().stream().flatMap(List::stream).toList();
  }

  /** Selects the members' values from a list with one value per sequence. */
  <T> List<T> select(List<T> values) {
    return members.stream().map(values::get).toList();
  }
}
