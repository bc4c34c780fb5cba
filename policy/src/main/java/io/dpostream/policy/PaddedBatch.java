package io.dpostream.policy;

import java.util.List;

/**
 * Sequences side by side, filled on the right with token 0. The last token of a sequence is only
 * ever a target, so it is not among the inputs.
 *
 * @param rows number of sequences
 * @param ids inputs, {@code rows} times the width, row by row
 * @param at flat places of the inputs whose next token is a completion's, row by row
 * @param targets that next token
 * @param counts completion tokens of each row
 */
@SuppressWarnings("ArrayRecordComponent")
record PaddedBatch(int rows, int[] ids, int[] at, int[] targets, int[] counts) {

  static PaddedBatch of(List<TokenSequence> sequences, ModelConfig config) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("a batch needs at least one sequence");
    }
    int width = 0;
    int completionTokens = 0;
    for (TokenSequence sequence : sequences) {
      checkLength(sequence.length(), config);
      checkIds(sequence.prompt(), config);
      checkIds(sequence.completion(), config);
      width = Math.max(width, sequence.length() - 1);
      completionTokens += sequence.completion().length;
    }
    int[] ids = new int[Math.multiplyExact(sequences.size(), width)];
    int[] at = new int[completionTokens];
    int[] targets = new int[completionTokens];
    int[] counts = new int[sequences.size()];
    int next = 0;
    for (int row = 0; row < counts.length; row++) {
      int[] prompt = sequences.get(row).prompt();
      int[] completion = sequences.get(row).completion();
      int start = row * width;
      System.arraycopy(prompt, 0, ids, start, prompt.length);
      System.arraycopy(completion, 0, ids, start + prompt.length, completion.length - 1);
      for (int j = 0; j < completion.length; j++) {
        at[next] = start + prompt.length - 1 + j;
        targets[next++] = completion[j];
      }
      counts[row] = completion.length;
    }
    return new PaddedBatch(counts.length, ids, at, targets, counts);
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

  /** Values of all completion tokens, given back row by row. */
  float[][] byRow(float[] values) {
    float[][] rowValues = new float[rows][];
    int next = 0;
    for (int row = 0; row < rows; row++) {
      rowValues[row] = java.util.Arrays.copyOfRange(values, next, next + counts[row]);
      next += counts[row];
    }
    return rowValues;
  }

  /** Rows of values joined; the reverse of {@link #byRow}. */
  double[] flat(double[][] rowValues) {
    if (rowValues.length != rows) {
      throw new IllegalArgumentException(rowValues.length + " rows given for " + rows);
    }
    double[] values = new double[targets.length];
    int next = 0;
    for (int row = 0; row < rows; row++) {
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
