package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class FeedPositionTest {

  @Test
  void shouldLoopThroughTheFile() {
    FeedPosition first = FeedPosition.START;
    assertThat(first.next(2)).isEqualTo(new FeedPosition(0, 1));
    assertThat(first.next(2).next(2)).isEqualTo(new FeedPosition(1, 0));
    assertThat(first.next(1)).isEqualTo(new FeedPosition(1, 0));
  }

  @Test
  void shouldBeginTheNextEpochWhenTheFileBecameShorter() {
    assertThat(new FeedPosition(3, 99).next(10)).isEqualTo(new FeedPosition(4, 0));
  }

  @Test
  void shouldComeBackFromTheHeadersOfItsOwnRunOnly() {
    RecordHeaders headers = new RecordHeaders();
    new FeedPosition(2, 17).write(headers, "a");
    assertThat(FeedPosition.read(headers, "a")).contains(new FeedPosition(2, 17));
    assertThat(FeedPosition.read(headers, "b")).isEmpty();
  }

  @Test
  void shouldIgnoreAHeaderThatIsNoPosition() {
    for (String value : new String[] {"", "7", "a/b", "1/2/3"}) {
      RecordHeaders headers = new RecordHeaders();
      headers.add("dpo.feed.a", value.getBytes(StandardCharsets.UTF_8));
      assertThat(FeedPosition.read(headers, "a")).isEmpty();
    }
  }

  @Test
  void shouldOrderByEpochThenIndex() {
    assertThat(new FeedPosition(1, 0)).isGreaterThan(new FeedPosition(0, 9));
    assertThat(new FeedPosition(1, 2)).isGreaterThan(new FeedPosition(1, 1));
  }

  @Test
  void shouldCountThePromptsAheadOfTheSampler() {
    FedPrompts fed = new FedPrompts();
    fed.sent(0, 3);
    fed.sent(0, 5);
    fed.sent(1, 3);
    assertThat(fed.ahead()).isEqualTo(3);
    fed.usedBefore(0, 4);
    fed.usedBefore(2, 100);
    assertThat(fed.ahead()).isEqualTo(2);
  }
}
