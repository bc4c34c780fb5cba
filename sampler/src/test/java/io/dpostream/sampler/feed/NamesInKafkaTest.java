package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.kafka.KafkaSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamesInKafkaTest {
  private static final KafkaSettings KAFKA =
      new KafkaSettings("localhost:1", "http://localhost:2", "a.", Map.of());

  @Test
  void shouldTellAFeederOfARunFromARunWhoseNameEndsLikeIt() {
    assertThat(PromptFeeder.groupId(KAFKA, "exp", named("2"))).isEqualTo("a.feeder-exp/2");
    assertThat(PromptFeeder.groupId(KAFKA, "exp-2", named(""))).isEqualTo("a.feeder-exp-2");
    assertThat(PromptFeeder.clientId("a.feeder-exp/2")).isEqualTo("a.feeder-exp-2");
  }

  private static FeederConfig named(String feeder) {
    return new FeederConfig("prompts.jsonl", 1, 100, false, 0, Map.of(), feeder, List.of(), "");
  }
}
