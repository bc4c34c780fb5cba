package io.dpostream.trainer.batch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Orders the records of one pass over a pinned range: as recorded, taking a fixed share of each
 * partition in turn, or shuffled by seed and epoch.
 */
final class EpochOrder {
  private EpochOrder() {}

  /** The partition and offset of a record. */
  record Place(int partition, long offset) {}

  /**
   * Takes a quota of the first partition, one of the second, and so on, until all are exhausted.
   */
  static List<Place> inTurn(List<List<Place>> byPartition, PartitionQuotas quotas) {
    List<Place> order = new ArrayList<>();
    int[] taken = new int[byPartition.size()];
    int total = byPartition.stream().mapToInt(List::size).sum();
    while (order.size() < total) {
      for (int partition = 0; partition < taken.length; partition++) {
        List<Place> places = byPartition.get(partition);
        int to = Math.min(places.size(), taken[partition] + quotas.of(partition));
        order.addAll(places.subList(taken[partition], to));
        taken[partition] = to;
      }
    }
    return order;
  }

  /** Shuffles the records by seed and epoch. */
  static List<Place> shuffled(List<Place> places, long seed, long epoch) {
    List<Place> order = new ArrayList<>(places);
    // Random's sequence and shuffle's use of it are fixed by their specification in every Java.
    Collections.shuffle(order, new Random(seed * 0x9E3779B97F4A7C15L + epoch));
    return order;
  }
}
