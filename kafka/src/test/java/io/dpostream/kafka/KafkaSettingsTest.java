package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {
  private static final String REGISTRY = "http://localhost:8081";

  @Test
  void shouldWriteIdempotentlyAndReadCommitted() {
    KafkaSettings settings = settings(Map.of("security.protocol", "SSL"));
    assertThat(settings.transactionalProducer("trainer", "run-1"))
        .containsEntry("bootstrap.servers", "a:1,b:2")
        .containsEntry("client.id", "trainer")
        .containsEntry("enable.idempotence", true)
        .containsEntry("acks", "all")
        .containsEntry("transactional.id", "run-1")
        .containsEntry("security.protocol", "SSL");
    assertThat(settings.consumer("trainer"))
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("enable.auto.commit", false)
        .containsEntry("auto.offset.reset", "none")
        .containsEntry("security.protocol", "SSL")
        .doesNotContainKey("group.id");
  }

  @Test
  void shouldTakeAnotherSerdeByClassName() {
    String confluent = "io.confluent.kafka.serializers.KafkaAvroSerializer";
    KafkaSettings settings = settings(Map.of("value.serializer", confluent));
    assertThat(settings.producer("x")).containsEntry("value.serializer", confluent);
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(settings::encoder)
        .withMessageContaining("value.serializer: " + confluent + " is not on the class path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "localhost:", "http://localhost:9092", "a:1,,b:2"})
  void shouldRefuseBootstrapServersWithoutHostAndPort(String value) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> new KafkaSettings(value, REGISTRY, "", Map.of()))
        .withMessageStartingWith("bootstrap.servers: '" + value + "' is not host:port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost:8081", "ftp://x"})
  void shouldRefuseARegistryAddressThatIsNotHttp(String value) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> new KafkaSettings("a:1", value, "", Map.of()))
        .withMessageStartingWith("schema.registry.url: '" + value + "' is not an http address");
  }

  @ParameterizedTest
  @CsvSource({"acks,1", "isolation.level,read_uncommitted", "enable.auto.commit,true"})
  void shouldRefuseToGiveUpAGuarantee(String key, String value) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> settings(Map.of(key, value)))
        .withMessage(key + ": '" + value + "' cannot be set as a property; remove it");
  }

  private static KafkaSettings settings(Map<String, String> properties) {
    return new KafkaSettings("a:1,b:2", REGISTRY, "", properties);
  }
}
