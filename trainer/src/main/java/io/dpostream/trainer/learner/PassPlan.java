package io.dpostream.trainer.learner;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;
import java.util.function.Function;

/**
 * Divides sequences into forward passes: a function of the sequences and the configuration alone.
 * Policy and reference go by one plan, and a sequence has the same log-probabilities in any pass,
 * so at step 0 theirs are equal bit for bit.
 */
sealed interface PassPlan permits FlatPlan, PaddedPlan {

  /** The passes that compute some sequences. */
  List<PlannedPass> passes(List<TokenSequence> sequences);

  /**
   * Divides a micro-batch's pairs further, into parts whose graphs exist one after the other.
   *
   * @param sequences of a pair
   */
  <T> List<List<T>> parts(List<T> pairs, Function<T, List<TokenSequence>> sequences);

  /** What a sequence's log-probabilities depend on besides itself, weights and environment. */
  String arithmetic();
}
