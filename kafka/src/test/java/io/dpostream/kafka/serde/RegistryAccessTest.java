package io.dpostream.kafka.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryAccessTest {
  private static final String BASIC = "Basic dXNlcjpwdw==";

  @Test
  void shouldAskAnonymouslyUnlessTold() {
    assertThat(access("http://a:1", Map.of()))
        .isEqualTo(new RegistryAccess(List.of(URI.create("http://a:1")), Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({"''", "schema.registry."})
  void shouldSignInWithUserAndPassword(String prefix) {
    assertThat(
            access(
                    "http://a:1/x/",
                    Map.of(
                        prefix + "basic.auth.credentials.source", "USER_INFO",
                        prefix + "basic.auth.user.info", "user:pw"))
                .authorization())
        .contains(BASIC);
  }

  @Test
  void shouldTakeThemFromTheAddressAndKeepThemOutOfIt() {
    RegistryAccess access = access("http://user:pw@a:1/x/, http://b:2", Map.of());
    assertThat(access.authorization()).contains(BASIC);
    assertThat(access.addresses())
        .containsExactly(URI.create("http://a:1/x"), URI.create("http://b:2"));
  }

  @Test
  void shouldSignInWithAToken() {
    assertThat(
            access(
                    "http://a:1",
                    Map.of(
                        "bearer.auth.credentials.source", "STATIC_TOKEN",
                        "bearer.auth.token", "t0k3n"))
                .authorization())
        .contains("Bearer t0k3n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "basic.auth.user.info|user:pw|has no effect unless basic.auth.credentials.source is USER_INFO",
        "bearer.auth.token|t|has no effect unless bearer.auth.credentials.source is STATIC_TOKEN",
        "basic.auth.credentials.source|SASL_INHERIT|SASL_INHERIT' is not supported",
        "basic.auth.credentials.source|USER_INFO|basic.auth.user.info: is missing",
        "bearer.auth.credentials.source|OAUTHBEARER|OAUTHBEARER' is not supported",
        "schema.registry.ssl.truststore.location|/x|has no effect",
        "bearer.auth.issuer.endpoint.url|http://i|has no effect",
        "value.subject.name.strategy|x.Y|has no effect",
      })
  void shouldRefuseWhatWouldHaveNoEffect(String key, String value, String message) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> access("http://a:1", Map.of(key, value)))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://user:pw@", "http://user:p w@a:1", "user:pw@a:1", "http://a:1,,http://b:2"})
  void shouldRefuseWhatIsNoAddressWithoutRepeatingAPassword(String url) {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> access(url, Map.of()))
        .withMessageContaining("is not an http address")
        .matches(e -> !String.valueOf(e.getMessage()).contains("://user"));
  }

  private static RegistryAccess access(String url, Map<String, String> properties) {
    Map<String, Object> config = new HashMap<>(properties);
    config.put("schema.registry.url", url);
    return RegistryAccess.from(config);
  }
}
