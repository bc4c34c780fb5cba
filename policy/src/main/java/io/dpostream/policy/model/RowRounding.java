package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Finds out whether a pass rounds each of its sequences as it is rounded alone. A library may round
 * a row of a product by how many rows there are, and an element by which thread computes it; no
 * rounding depends on values. So each number of rows is tried once, on one layer and the head, with
 * rows that repeat: a layer's share of a pass's work, where computing the sequences alone would
 * cost more than the pass. Attention is not tried: its rows are a sequence's own.
 *
 * <p>Not thread-safe.
 */
public final class RowRounding {
  private final Set<Integer> knownTokens = new HashSet<>();
  private final Set<Integer> knownTargets = new HashSet<>();

  /**
   * Whether a pass over some sequences gives each the bits that it has in a pass of its own.
   *
   * @param model of one architecture, dtype and device whenever this is called
   */
  public boolean isAlike(LanguageModel model, List<TokenSequence> sequences) {
    return areAlike(model, FlatSize.of(sequences))
        && sequences.stream().allMatch(one -> areAlike(model, FlatSize.of(List.of(one))));
  }

  private boolean areAlike(LanguageModel model, FlatSize size) {
    return isKnown(knownTokens, size.inputs(), model::roundsTokensAlike)
        && chunks(size.targets(), model.chunk())
            .allMatch(targets -> isKnown(knownTargets, targets, model::roundsTargetsAlike));
  }

  /** The numbers of targets that the head takes at one time. */
  private static IntStream chunks(int targets, int chunk) {
    return IntStream.of(Math.min(targets, chunk), targets % chunk).filter(count -> count > 0);
  }

  private static boolean isKnown(Set<Integer> known, int rows, IntPredicate alike) {
    return known.contains(rows) || alike.test(rows) && known.add(rows);
  }
}
