package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PromptGroupTest {

  @Test
  void shouldCommitThePrefixOfEachPartition() {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        PromptGroup.offsetsAfter(List.of(at(0, 4), at(1, 10), at(0, 5), at(0, 8), at(1, 11)));

    assertThat(offsets)
        .isEqualTo(
            Map.of(
                new TopicPartition("prompts", 0), new OffsetAndMetadata(9),
                new TopicPartition("prompts", 1), new OffsetAndMetadata(12)));
  }

  private static FetchedPrompt at(int partition, long offset) {
    return new FetchedPrompt(
        new ConsumerRecord<>("prompts", partition, offset, new byte[0], new byte[0]), 1);
  }
}
