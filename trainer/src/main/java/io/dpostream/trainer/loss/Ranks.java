package io.dpostream.trainer.loss;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Stable sorting by index. */
final class Ranks {
  private Ranks() {}

  /** Indices in ascending order of their values; equal values keep their order. */
  static int[] order(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** The place of each value in {@link #order}. */
  static int[] ranks(double[] values) {
    int[] order = order(values);
    int[] ranks = new int[order.length];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
    }
    return ranks;
  }
}
