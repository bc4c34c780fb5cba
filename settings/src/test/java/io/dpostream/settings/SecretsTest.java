package io.dpostream.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest {
  private static final String LOGIN = "org.x.PlainLoginModule required username=\"u\" password=";

  record Connection(@Default("''") String url, Map<String, String> properties) {}

  record All(Connection kafka, Optional<String> name) {}

  private final SettingsReader<All> reader = new SettingsReader<>(SettingsTree.defaults(All.class));

  @ParameterizedTest
  @CsvSource({
    "ssl.keystore.password,pw,[hidden]",
    "basic.auth.user.info,u:pw,[hidden]",
    "bearer.auth.token,t,[hidden]",
    "sasl.oauthbearer.client.credentials.client.secret,s,[hidden]",
    "ssl.keystore.key,pem,[hidden]",
    "basic.auth.credentials.source,USER_INFO,USER_INFO",
    "ssl.keystore.location,/a/b,/a/b",
    "ssl.key.password,${env:PW},${env:PW}",
    "proxy,http://u:p@h:1/x,http://[hidden]@h:1/x",
    "proxy,http://u:p#s?s/@h:1/x,http://[hidden]@h:1/x",
    "api_key_env,MY_KEY,MY_KEY",
    "basic.auth.user.info,${env:U}:s3cret,[hidden]",
    "basic.auth.user.info,${env:U}:${env:P},${env:U}:${env:P}",
  })
  void shouldHideByTheNameOfTheKey(String key, String value, String shown) {
    assertThat(Secrets.shown(key, value)).isEqualTo(shown);
  }

  @Test
  void shouldShowALoginOnlyIfItsPasswordIsAReference() {
    assertThat(Secrets.shown("sasl.jaas.config", LOGIN + "\"${env:PW}\";")).contains("${env:PW}");
    assertThat(Secrets.shown("sasl.jaas.config", LOGIN + "\"pw\";")).isEqualTo("[hidden]");
    assertThat(Secrets.shown("sasl.jaas.config", LOGIN + "\"pw\" token=\"${env:T}\";"))
        .isEqualTo("[hidden]");
    assertThat(
            Secrets.shown(
                "sasl.jaas.config", "o.M required clientId=\"${env:I}\" clientSecret=\"plain\";"))
        .isEqualTo("[hidden]");
  }

  @Test
  void shouldHideWhatIsWrittenDown() {
    reader.yaml(
        "kafka: {url: 'http://u:p@h:1', properties: {ssl.key.password: pw, client.rack: r}}", "f");
    for (String written : new String[] {reader.yaml(), reader.givenYaml()}) {
      assertThat(written)
          .contains("client.rack: r", "http://[hidden]@h:1", "ssl.key.password: \"[hidden]\"")
          .doesNotContain("pw");
    }
    assertThat(reader.read().kafka().properties()).containsEntry("ssl.key.password", "pw");
  }

  @Test
  void shouldAskAgainForWhatWasHidden() {
    reader.yaml("kafka: {properties: {ssl.key.password: '[hidden]'}}", "settings.yaml");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(reader::read)
        .withMessageStartingWith("kafka.properties.ssl.key.password: was hidden");
    assertThat(reader.set("kafka.properties.ssl.key.password", "pw").read().kafka().properties())
        .containsEntry("ssl.key.password", "pw");
  }

  @Test
  void shouldRepeatNoSecretOfABadAssignment() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> reader.set("kafka.properties.ssl.key.password=pw: ["))
        .withMessageNotContaining("pw");
  }
}
