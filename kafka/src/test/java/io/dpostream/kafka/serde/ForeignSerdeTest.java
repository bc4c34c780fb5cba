package io.dpostream.kafka.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.schemas.Prompt;
import java.io.EOFException;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;

/**
 * Tests a deserializer configured by class name that behaves like Confluent's: every failure is a
 * SerializationException, and only its cause tells an unreachable registry from a bad record.
 */
class ForeignSerdeTest {
  private final RecordDecoder<Prompt> decoder =
      new KafkaSettings(
              "localhost:9092",
              "http://localhost:8081",
              "",
              Map.of("value.deserializer", Foreign.class.getName()))
          .decoder(new Topics("").prompts());

  @Test
  void shouldBeConfiguredByConfluentsKeys() {
    assertThat(decoder.decode(new byte[] {Foreign.GOOD}))
        .isEqualTo(
            new Decoded.Value<>(
                Prompt.newBuilder().setId("http://localhost:8081 specific=true").build()));
  }

  @Test
  void shouldRetryWhatTheNetworkDid() {
    assertThatExceptionOfType(RegistryUnavailableException.class)
        .isThrownBy(() -> decoder.decode(new byte[] {Foreign.NO_REGISTRY}));
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> decoder.decode(new byte[] {Foreign.REGISTRY_TIMES_OUT}));
  }

  @Test
  void shouldSetAsideWhatIsWrongWithTheBytes() {
    assertThat(decoder.decode(new byte[] {Foreign.TRUNCATED}))
        .isEqualTo(new Decoded.Undecodable<>("Error deserializing Avro message"));
  }

  /** Stands in for Confluent's deserializer; the first byte says what happens. */
  public static final class Foreign implements Deserializer<Object> {
    static final byte GOOD = 0;
    static final byte NO_REGISTRY = 1;
    static final byte REGISTRY_TIMES_OUT = 2;
    static final byte TRUNCATED = 3;

    private final Map<String, Object> config = new HashMap<>();

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {
      config.putAll(settings);
    }

    @Override
    public Object deserialize(String topic, byte[] bytes) {
      return switch (bytes[0]) {
        case NO_REGISTRY ->
            throw new SerializationException(
                "Error retrieving Avro value schema for id 7", new ConnectException("refused"));
        case REGISTRY_TIMES_OUT -> throw new TimeoutException("registry");
        case TRUNCATED ->
            throw new SerializationException(
                "Error deserializing Avro message", new EOFException());
        default ->
            Prompt.newBuilder()
                .setId(
                    config.get("schema.registry.url")
                        + " specific="
                        + config.get("specific.avro.reader"))
                .build();
      };
    }
  }
}
