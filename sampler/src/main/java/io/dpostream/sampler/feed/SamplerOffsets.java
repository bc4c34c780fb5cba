package io.dpostream.sampler.feed;

import io.dpostream.kafka.AdminAnswer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads how far a run's samplers have used a topic of prompts: the committed offsets of their
 * group.
 */
final class SamplerOffsets {
  private final Admin admin;
  private final String groupId;
  private final String topic;

  SamplerOffsets(Admin admin, String groupId, String topic) {
    this.admin = admin;
    this.groupId = groupId;
    this.topic = topic;
  }

  /**
   * Returns the next offset of each partition; partitions that were never committed are missing.
   */
  Map<TopicPartition, Long> read() {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    AdminAnswer.await(admin.listConsumerGroupOffsets(groupId).partitionsToOffsetAndMetadata())
        .forEach(
            (partition, offset) -> {
              if (offset != null && partition.topic().equals(topic)) {
                offsets.put(partition, offset.offset());
              }
            });
    return offsets;
  }
}
