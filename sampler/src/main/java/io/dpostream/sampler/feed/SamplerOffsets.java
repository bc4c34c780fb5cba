package io.dpostream.sampler.feed;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** How far a run's sampler has used the prompts: the offsets of its group. */
final class SamplerOffsets {
  private final Admin admin;
  private final String groupId;

  SamplerOffsets(Admin admin, String groupId) {
    this.admin = admin;
    this.groupId = groupId;
  }

  /** The next offset of each partition; partitions that were never committed are missing. */
  Map<TopicPartition, Long> read() {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try {
      admin
          .listConsumerGroupOffsets(groupId)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  offsets.put(partition, offset.offset());
                }
              });
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
    return offsets;
  }
}
