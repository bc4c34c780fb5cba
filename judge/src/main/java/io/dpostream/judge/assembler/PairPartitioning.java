package io.dpostream.judge.assembler;

import org.apache.kafka.common.utils.Utils;

/**
 * Maps a pair to the task that keeps it, by the hash of its id, as Kafka's own producers choose a
 * partition. So pairs and judgments that such a producer has written to topics of as many
 * partitions as there are tasks stand in their task's partition already.
 *
 * @param count of tasks that keep pairs
 * @param direct whether such a task also reads the input topics; otherwise every record takes the
 *     internal topic
 */
record PairPartitioning(int count, boolean direct) {

  /**
   * Tasks for topics as they are. A task that keeps pairs has a partition of the store's changelog,
   * whose number is fixed once the application has run; so it reads the inputs itself only while
   * they have no more partitions than that.
   *
   * @param inputPartitions of the input topic that has the most
   */
  static PairPartitioning of(int count, int inputPartitions) {
    return new PairPartitioning(count, inputPartitions <= count);
  }

  /** The task of a pair, in [0, count). */
  int task(byte[] pairId) {
    return Utils.toPositive(Utils.murmur2(pairId)) % count;
  }

  /** Whether a record that was read from an input partition is with its pair. */
  boolean isHome(int partition, byte[] pairId) {
    return direct && partition == task(pairId);
  }
}
