package io.dpostream.policy;

import io.dpostream.policy.ModelConfig.Head;
import java.util.List;

/**
 * Whole sequences side by side, filled on the right with token 0.
 *
 * @param rows number of sequences
 * @param ids inputs, {@code rows} times the width, row by row
 * @param at flat place of each sequence's last token
 */
@SuppressWarnings("ArrayRecordComponent")
record LastTokens(int rows, int[] ids, int[] at) {

  static LastTokens of(List<int[]> sequences, ModelConfig config) {
    if (config.head() != Head.SEQUENCE_CLASSIFICATION) {
      throw new IllegalStateException("a model with a head of " + config.head() + " has no scores");
    }
    int width = sequences.stream().mapToInt(ids -> ids.length).max().orElse(0);
    int[] all = new int[Math.multiplyExact(sequences.size(), width)];
    int[] at = new int[sequences.size()];
    for (int row = 0; row < at.length; row++) {
      int[] ids = sequences.get(row);
      if (ids.length == 0) {
        throw new IllegalArgumentException("a sequence needs at least one token");
      }
      PaddedBatch.checkLength(ids.length, config);
      PaddedBatch.checkIds(ids, config);
      System.arraycopy(ids, 0, all, row * width, ids.length);
      at[row] = row * width + ids.length - 1;
    }
    if (at.length == 0) {
      throw new IllegalArgumentException("a batch needs at least one sequence");
    }
    return new LastTokens(at.length, all, at);
  }
}
