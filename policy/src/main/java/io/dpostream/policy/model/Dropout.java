package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;

/**
 * Seeds of a pass's dropout: one a sequence. What is dropped at a token is a pure function of the
 * sequence's seed, its ids up to the token, the adapter and the place in its input, so that it
 * depends neither on threads, nor on the device, nor on what else is in the pass or where. Where
 * sequences of one seed begin alike, the same is dropped.
 *
 * @param seeds in the order of the sequences; none for no dropout
 */
public record Dropout(List<Long> seeds) {
  /** Evaluation: everything is seen. */
  public static final Dropout NONE = new Dropout(List.of());

  public Dropout {
    seeds = List.copyOf(seeds);
  }

  /** The seeds of some of the sequences, by their places. */
  public Dropout of(List<Integer> sequences) {
    return seeds.isEmpty() ? NONE : new Dropout(sequences.stream().map(seeds::get).toList());
  }

  boolean isOn() {
    return !seeds.isEmpty();
  }

  /** Whether two sequences drop the same where they are the same. */
  boolean isOne(int sequence, int other) {
    return seeds.isEmpty() || seeds.get(sequence).equals(seeds.get(other));
  }

  /** A key for each input of the sequence at a place in the pass. */
  int[] keys(int place, TokenSequence sequence) {
    return keys(sequence, seeds.get(place));
  }

  /** A key for each input of a sequence, which are all of its tokens but the last. */
  static int[] keys(TokenSequence sequence, long seed) {
    int[] prompt = sequence.prompt();
    int[] keys = new int[sequence.length() - 1];
    long state = seed;
    for (int i = 0; i < keys.length; i++) {
      int id = i < prompt.length ? prompt[i] : sequence.completion()[i - prompt.length];
      state = RandomDraws.combine(state, id);
      keys[i] = (int) (state >>> Integer.SIZE);
    }
    return keys;
  }
}
