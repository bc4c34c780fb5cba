package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;

/**
 * A fixed shape for computing sequences in rows: unused rows are computed and discarded. The
 * numbers of one sequence then depend on its ids and the shape alone, not on the sequences beside
 * it: a product's blocking, and with it the rounding, follows from the shape. Runs of release 0.1
 * and reward models are computed so.
 *
 * @param rows sequences side by side
 * @param width inputs of each; a sequence of n tokens has n − 1
 */
public record PassShape(int rows, int width) {
  private static final int WIDTH_STEP = 16;

  public PassShape {
    if (rows < 1 || width < 1) {
      throw new IllegalArgumentException("a pass needs at least one row and one column");
    }
  }

  /**
   * The shape that a sequence is always computed in: its inputs rounded up to a multiple of 16, and
   * as many rows as a pass of {@code tokens} holds, at least one.
   */
  public static PassShape of(TokenSequence sequence, int tokens) {
    int inputs = Math.max(1, sequence.length() - 1);
    int width = (inputs + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP;
    return new PassShape(Math.max(1, tokens / width), width);
  }

  /** A shape for whole sequences: the longest one rounded up to a multiple of 16. */
  public static PassShape ofWhole(List<int[]> sequences) {
    int longest = sequences.stream().mapToInt(sequence -> sequence.length).max().orElse(1);
    return new PassShape(sequences.size(), (longest + WIDTH_STEP - 1) / WIDTH_STEP * WIDTH_STEP);
  }

  /** The smallest shape that holds some sequences. */
  static PassShape around(Iterable<TokenSequence> sequences) {
    int rows = 0;
    int width = 1;
    for (TokenSequence sequence : sequences) {
      rows++;
      width = Math.max(width, sequence.length() - 1);
    }
    return new PassShape(Math.max(1, rows), width);
  }
}
