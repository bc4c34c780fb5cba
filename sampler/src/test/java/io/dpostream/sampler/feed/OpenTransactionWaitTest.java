package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.kafka.writing.Retry;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenTransactionWaitTest {
  private static final TopicPartition PROMPTS = new TopicPartition("prompts", 3);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final AtomicLong now = new AtomicLong();
  private final Retry retry = Retry.untilStopped();
  private final OpenTransactionWait wait =
      new OpenTransactionWait(consumer, PROMPTS, retry, now::get);

  @BeforeEach
  void standAt17() {
    consumer.assign(List.of(PROMPTS));
    consumer.seek(PROMPTS, 17);
    wait.check();
  }

  @Test
  void shouldGiveUpAndNameWhatHoldsIt() {
    consumer.updateEndOffsets(Map.of(PROMPTS, 17L));
    pass(Duration.ofSeconds(110));
    assertThatCode(wait::check).doesNotThrowAnyException();
    pass(Duration.ofSeconds(11));
    assertThatThrownBy(wait::check)
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("prompts-3: an open transaction at offset 17 ")
        .hasMessageEndingWith("abort --topic prompts --partition 3 --start-offset 17");
  }

  @Test
  void shouldBeginAgainWhenTheReaderMoves() {
    consumer.updateEndOffsets(Map.of(PROMPTS, 18L));
    pass(Duration.ofSeconds(110));
    consumer.seek(PROMPTS, 18);
    wait.check();
    pass(Duration.ofSeconds(110));
    assertThatCode(wait::check).doesNotThrowAnyException();
  }

  @Test
  void shouldNotBlameATransactionForABrokerOutOfReach() {
    consumer.updateEndOffsets(Map.of(PROMPTS, 40L));
    pass(Duration.ofMinutes(10));
    assertThatCode(wait::check).doesNotThrowAnyException();
  }

  @Test
  void shouldEndWhenStopped() {
    retry.stop();
    assertThatThrownBy(wait::check).isInstanceOf(InterruptException.class);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
