package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientPropertiesTest {
  @Test
  void shouldResolveReferencesToEnvironmentAndFiles(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("kafka.properties"), "password=s3cret\n");
    Files.writeString(dir.resolve("token"), "t0k3n");
    KafkaSettings settings =
        settings(
            Map.of(
                "ssl.key.password", "${file:" + file + ":password}",
                "ssl.keystore.password", "${dir:" + dir + ":token}",
                "client.rack", "${env:PATH}"));
    assertThat(settings.consumer("c"))
        .containsEntry("ssl.key.password", "s3cret")
        .containsEntry("ssl.keystore.password", "t0k3n")
        .containsEntry("client.rack", System.getenv("PATH"));
    assertThat(settings.properties()).containsEntry("client.rack", "${env:PATH}");
    assertThat(settings.resolvedProperties()).containsEntry("ssl.key.password", "s3cret");
  }

  @ParameterizedTest
  @CsvSource({"${env:NO_SUCH_VARIABLE_}", "${file:/no/such/file:key}", "${dir:/no/such:key}"})
  void shouldRefuseAReferenceToNothing(String reference) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> settings(Map.of("ssl.key.password", reference)).consumer("c"));
  }

  @ParameterizedTest
  @CsvSource({
    "sasl.mechansim,sasl.mechanism",
    "linger.mss,linger.ms",
    "ssl.keystore.typ,ssl.keystore.type"
  })
  void shouldRefuseAMisspeltKey(String key, String meant) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> settings(Map.of(key, "x")))
        .withMessage(
            "kafka.properties.%s: no client has this key; did you mean %s?".formatted(key, meant));
  }

  @Test
  void shouldLeaveKeysOfPluginsAlone() {
    assertThat(settings(Map.of("my.interceptor.address", "x")).consumer("c"))
        .containsEntry("my.interceptor.address", "x");
  }

  @Test
  void shouldSayThatALoginIsMissing() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(
            () -> settings(Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN")))
        .withMessage(
            "kafka.properties: security.protocol is SASL_SSL, and sasl.jaas.config is missing;"
                + " it names user and password for PLAIN");
  }

  @Test
  void shouldShowNoSecret() {
    String shown =
        new KafkaSettings(
                "a:1",
                "http://user:pw@r:1",
                "",
                Map.of("ssl.key.password", "s3cret", "client.rack", "r1"))
            .toString();
    assertThat(shown).contains("client.rack=r1").doesNotContain("s3cret").doesNotContain("pw");
  }

  private static KafkaSettings settings(Map<String, String> properties) {
    return new KafkaSettings("a:1", "http://r:1", "", properties);
  }
}
