package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.Arrays;
import java.util.List;

/**
 * The completion tokens of a batch, sequence by sequence, and where each is predicted.
 *
 * @param at indices of the inputs whose next token is a completion's
 * @param ids that next token; both lists may end in padding
 * @param counts completion tokens of each sequence
 */
@SuppressWarnings("ArrayRecordComponent")
record Targets(int[] at, int[] ids, int[] counts) {

  /** Targets whose places are yet to be filled in, padded to a multiple of {@code step}. */
  static Targets of(List<TokenSequence> sequences, int step) {
    int[] counts = sequences.stream().mapToInt(s -> s.completion().length).toArray();
    int padded = roundUp(Arrays.stream(counts).sum(), step);
    int[] ids = new int[padded];
    int next = 0;
    for (TokenSequence sequence : sequences) {
      System.arraycopy(sequence.completion(), 0, ids, next, sequence.completion().length);
      next += sequence.completion().length;
    }
    return new Targets(new int[padded], ids, counts);
  }

  static int roundUp(int count, int step) {
    return Math.multiplyExact((count + step - 1) / step, step);
  }

  /** Number of targets, padding included. */
  int size() {
    return ids.length;
  }

  /** Splits the values of all completion tokens into one row per sequence. */
  float[][] byRow(float[] values) {
    float[][] rowValues = new float[counts.length][];
    int next = 0;
    for (int row = 0; row < counts.length; row++) {
      rowValues[row] = Arrays.copyOfRange(values, next, next + counts[row]);
      next += counts[row];
    }
    return rowValues;
  }

  /** Joins rows of values; the inverse of {@link #byRow}. */
  double[] flat(double[][] rowValues) {
    if (rowValues.length != counts.length) {
      throw new IllegalArgumentException(rowValues.length + " rows given for " + counts.length);
    }
    double[] values = new double[ids.length];
    int next = 0;
    for (int row = 0; row < counts.length; row++) {
      if (rowValues[row].length != counts[row]) {
        throw new IllegalArgumentException(
            "row "
                + row
                + " has "
                + rowValues[row].length
                + " values for "
                + counts[row]
                + " completion tokens");
      }
      System.arraycopy(rowValues[row], 0, values, next, counts[row]);
      next += counts[row];
    }
    return values;
  }
}
