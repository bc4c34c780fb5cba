package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private final DeadLetters deadLetters = new DeadLetters(new Topics("team."));

  @Test
  void shouldKeepTheBytesAndSayWhereTheyStoodAndWhatIsWrong() {
    byte[] key = {1, 2};
    byte[] value = {(byte) 0xff, 0, 7};
    ConsumerRecord<byte[], byte[]> source =
        new ConsumerRecord<>("team.preferences", 3, 41, key, value);
    source.headers().add("trace", "abc".getBytes(StandardCharsets.UTF_8));

    ProducerRecord<byte[], byte[]> letter = deadLetters.record(source, "é is no record");

    assertThat(letter.topic()).isEqualTo("team.dead-letters");
    assertThat(letter.key()).isEqualTo(key);
    assertThat(letter.value()).isEqualTo(value);
    assertThat(text(letter.headers()))
        .isEqualTo(
            Map.of(
                "trace", "abc",
                "dpo.source.topic", "team.preferences",
                "dpo.source.partition", "3",
                "dpo.source.offset", "41",
                "dpo.error", "é is no record"));
  }

  @Test
  void shouldTellOfTheLatestSourceOnly() {
    ConsumerRecord<byte[], byte[]> again =
        new ConsumerRecord<>("team.dead-letters", 0, 5, null, new byte[] {1});
    again.headers().add("dpo.error", "the first error".getBytes(StandardCharsets.UTF_8));

    assertThat(text(deadLetters.record(again, "the second error").headers()))
        .containsEntry("dpo.error", "the second error")
        .containsEntry("dpo.source.topic", "team.dead-letters");
  }

  @Test
  void shouldLeaveTheSourceAsItWas() {
    ConsumerRecord<byte[], byte[]> source =
        new ConsumerRecord<>("team.prompts", 0, 0, null, new byte[] {1});
    deadLetters.record(source, "bad");
    assertThat(source.headers()).isEmpty();
  }

  private static Map<String, String> text(Headers headers) {
    return Arrays.stream(headers.toArray())
        .collect(
            Collectors.toMap(
                Header::key, header -> new String(header.value(), StandardCharsets.UTF_8)));
  }
}
