package io.dpostream.sampler.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class FeedPositionTest {

  @Test
  void shouldComeBackFromTheHeadersOfItsOwnRunOnly() {
    RecordHeaders headers = new RecordHeaders();
    new FeedPosition(2, 17, "").write(headers, "a");
    new FeedPosition(3, 18, "0123abcd").write(headers, "a/second");
    assertThat(headers.lastHeader("dpo.feed.a").value()).asString(UTF_8).isEqualTo("2/17");
    assertThat(FeedPosition.read(headers, "a")).contains(new FeedPosition(2, 17, ""));
    assertThat(FeedPosition.read(headers, "a/second"))
        .contains(new FeedPosition(3, 18, "0123abcd"));
    assertThat(FeedPosition.read(headers, "b")).isEmpty();
  }

  @Test
  void shouldIgnoreAHeaderThatIsNoPosition() {
    for (String value : new String[] {"", "7", "a/b"}) {
      RecordHeaders headers = new RecordHeaders();
      headers.add("dpo.feed.a", value.getBytes(UTF_8));
      assertThat(FeedPosition.read(headers, "a")).isEmpty();
    }
  }

  @Test
  void shouldOrderByEpochThenIndex() {
    assertThat(new FeedPosition(1, 0, "")).isGreaterThan(new FeedPosition(0, 9, ""));
    assertThat(new FeedPosition(1, 2, "")).isGreaterThan(new FeedPosition(1, 1, ""));
  }

  @Test
  void shouldCountThePromptsAheadOfTheSampler() {
    FedPrompts fed = new FedPrompts();
    fed.sent(0, 3);
    fed.sent(0, 5);
    fed.sent(1, 3);
    assertThat(fed.ahead()).isEqualTo(3);
    fed.usedBefore(new TopicPartition("prompts", 0), 4);
    fed.usedBefore(new TopicPartition("prompts", 2), 100);
    assertThat(fed.ahead()).isEqualTo(2);
  }
}
