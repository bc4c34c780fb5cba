package io.dpostream.sampler.feed;

import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** The offsets of prompts that were sent but not yet sampled from. Not thread-safe. */
final class FedPrompts {
  private final Map<Integer, NavigableSet<Long>> pending = new TreeMap<>();

  void sent(int partition, long offset) {
    pending.computeIfAbsent(partition, p -> new TreeSet<>()).add(offset);
  }

  /** Records that samplers have used everything in the partition before this offset. */
  void usedBefore(TopicPartition partition, long offset) {
    pending.getOrDefault(partition.partition(), new TreeSet<>()).headSet(offset, false).clear();
  }

  /** The number of prompts by which the feeder is ahead of the samplers. */
  int ahead() {
    return pending.values().stream().mapToInt(NavigableSet::size).sum();
  }
}
