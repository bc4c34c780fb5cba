package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;
import java.util.OptionalInt;

/**
 * Sequences in rows, padded on the right with token 0. The last token of a sequence is never an
 * input, only a target.
 *
 * @param rows number of rows, padding rows included
 * @param ids inputs, {@code rows} times the width, row by row
 * @param positions of the inputs in their sequences, where a row holds more than one; empty when
 *     every row is one sequence
 * @param at flat indices of the inputs whose next token is a completion's, sequence by sequence
 * @param targets that next token; both lists may end in padding
 * @param counts completion tokens of each sequence
 */
@SuppressWarnings("ArrayRecordComponent")
record PaddedBatch(int rows, int[] ids, int[] positions, int[] at, int[] targets, int[] counts) {
  static final int TARGET_STEP = 64;

  /** A row for each sequence. */
  static PaddedBatch of(List<TokenSequence> sequences, ModelConfig config) {
    return packed(sequences.stream().map(List::of).toList(), config);
  }

  /**
   * Puts each sequence into a row of a fixed shape, adds rows of padding, and pads the completion
   * tokens to a multiple of {@link #TARGET_STEP}.
   */
  static PaddedBatch of(List<TokenSequence> sequences, ModelConfig config, PassShape shape) {
    PassShape needed = PassShape.around(sequences);
    if (needed.rows() > shape.rows() || needed.width() > shape.width()) {
      throw new IllegalArgumentException("sequences of " + needed + " do not fit into " + shape);
    }
    return packed(sequences.stream().map(List::of).toList(), config, shape, TARGET_STEP);
  }

  /** Packs rows of one or more sequences, which do not see each other. */
  static PaddedBatch packed(List<List<TokenSequence>> rows, ModelConfig config) {
    int width = rows.stream().mapToInt(PaddedBatch::inputs).max().orElse(1);
    return packed(rows, config, new PassShape(Math.max(1, rows.size()), Math.max(1, width)), 1);
  }

  /**
   * Puts each whole sequence into a row of a fixed shape. The state after a sequence's last token
   * that is not padding is read; of a padding row, the first state.
   */
  static PaddedBatch whole(List<int[]> sequences, ModelConfig config, PassShape shape) {
    int[] ids = new int[Math.multiplyExact(shape.rows(), shape.width())];
    int[] at = new int[shape.rows()];
    for (int row = 0; row < sequences.size(); row++) {
      int[] sequence = sequences.get(row);
      checkLength(sequence.length, config);
      checkIds(sequence, config);
      System.arraycopy(sequence, 0, ids, row * shape.width(), sequence.length);
      at[row] = row * shape.width() + last(sequence, config);
    }
    return new PaddedBatch(shape.rows(), ids, new int[0], at, new int[at.length], new int[0]);
  }

  private static int last(int[] sequence, ModelConfig config) {
    int last = sequence.length - 1;
    while (last > 0 && config.padTokenId().equals(OptionalInt.of(sequence[last]))) {
      last--;
    }
    return last;
  }

  private static PaddedBatch packed(
      List<List<TokenSequence>> rows, ModelConfig config, PassShape shape, int targetStep) {
    List<TokenSequence> sequences = rows.stream().flatMap(List::stream).toList();
    if (rows.isEmpty() || rows.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException("a batch needs at least one sequence in every row");
    }
    for (TokenSequence sequence : sequences) {
      checkLength(sequence.length(), config);
      checkIds(sequence.prompt(), config);
      checkIds(sequence.completion(), config);
    }
    int width = shape.width();
    int completionTokens = sequences.stream().mapToInt(s -> s.completion().length).sum();
    int filled = (completionTokens + targetStep - 1) / targetStep * targetStep;
    int[] ids = new int[Math.multiplyExact(shape.rows(), width)];
    int[] positions = new int[sequences.size() > rows.size() ? ids.length : 0];
    int[] at = new int[filled];
    int[] targets = new int[filled];
    int next = 0;
    for (int row = 0; row < rows.size(); row++) {
      int start = row * width;
      for (TokenSequence sequence : rows.get(row)) {
        int[] prompt = sequence.prompt();
        int[] completion = sequence.completion();
        System.arraycopy(prompt, 0, ids, start, prompt.length);
        System.arraycopy(completion, 0, ids, start + prompt.length, completion.length - 1);
        for (int j = 0; j < completion.length; j++) {
          at[next] = start + prompt.length - 1 + j;
          targets[next++] = completion[j];
        }
        for (int j = 0; j < sequence.length() - 1 && positions.length > 0; j++) {
          positions[start + j] = j;
        }
        start += sequence.length() - 1;
      }
    }
    int[] counts = sequences.stream().mapToInt(s -> s.completion().length).toArray();
    return new PaddedBatch(shape.rows(), ids, positions, at, targets, counts);
  }

  private static int inputs(List<TokenSequence> row) {
    return row.stream().mapToInt(sequence -> sequence.length() - 1).sum();
  }

  static void checkLength(int length, ModelConfig config) {
    if (length > config.maxPositionEmbeddings()) {
      throw new IllegalArgumentException(
          "a sequence of "
              + length
              + " tokens is longer than the model's "
              + config.maxPositionEmbeddings());
    }
  }

  static void checkIds(int[] ids, ModelConfig config) {
    for (int id : ids) {
      if (id < 0 || id >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "token id " + id + " is not in the vocabulary of " + config.vocabSize());
      }
    }
  }

  /** Splits the values of all completion tokens into one row per sequence. */
  float[][] byRow(float[] values) {
    float[][] rowValues = new float[counts.length][];
    int next = 0;
    for (int row = 0; row < counts.length; row++) {
      rowValues[row] = java.util.Arrays.copyOfRange(values, next, next + counts[row]);
      next += counts[row];
    }
    return rowValues;
  }

  /** Joins rows of values; the inverse of {@link #byRow}. */
  double[] flat(double[][] rowValues) {
    if (rowValues.length != counts.length) {
      throw new IllegalArgumentException(rowValues.length + " rows given for " + counts.length);
    }
    double[] values = new double[targets.length];
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
