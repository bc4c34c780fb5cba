package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.kafka.writing.Retry;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class PromptTopicsTest {

  @Test
  void shouldCountThePartitionsOfItsTopicsThoughTheBrokerIsAwayAtFirst() {
    PromptTopics topics = new PromptTopics("prompts", Pattern.compile("prompts|theirs"));
    AwayAtFirst consumer = new AwayAtFirst();
    assertThat(topics.partitions(consumer, Retry.atMost(2))).isEqualTo(3);
    assertThat(consumer.asked).isEqualTo(2);
  }

  private static final class AwayAtFirst extends MockConsumer<byte[], byte[]> {
    private int asked;

    AwayAtFirst() {
      super("earliest");
    }

    @Override
    public synchronized Map<String, List<PartitionInfo>> listTopics() {
      if (asked++ == 0) {
        throw new TimeoutException("Timeout expired while fetching topic metadata");
      }
      return Map.of(
          "prompts", of(2, "prompts"), "theirs", of(1, "theirs"), "pairs", of(4, "pairs"));
    }

    private static List<PartitionInfo> of(int partitions, String topic) {
      return IntStream.range(0, partitions)
          .mapToObj(p -> new PartitionInfo(topic, p, null, null, null))
          .toList();
    }
  }
}
