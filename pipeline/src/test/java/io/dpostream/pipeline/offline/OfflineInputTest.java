package io.dpostream.pipeline.offline;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OfflineInputTest {
  private static final OfflineInput FILE =
      new OfflineInput.File(Path.of("rows.jsonl"), PreferenceFormat.AUTO);
  private static final OfflineInput RECORDED =
      new OfflineInput.Recorded("preferences", Optional.empty(), Optional.empty());

  private static SettingsReader<Settings> settings() {
    return OfflineRun.defaults(Path.of("out", "my run"));
  }

  private static SettingsReader<Settings> external(SettingsReader<Settings> settings) {
    return settings
        .set("kafka.bootstrap_servers", "localhost:9092")
        .set("kafka.schema_registry_url", "http://localhost:8081");
  }

  @Test
  void shouldPutAFileThroughABrokerOfItsOwnAlone() {
    assertThatCode(() -> FILE.requireReachable(settings().read())).doesNotThrowAnyException();
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> FILE.requireReachable(external(settings()).read()))
        .withMessageContaining("dpo import");
  }

  @Test
  void shouldRequireOneKafkaThatHoldsTheTopic() {
    assertThatCode(() -> RECORDED.requireReachable(external(settings()).read()))
        .doesNotThrowAnyException();
    assertThatCode(() -> RECORDED.requireReachable(settings().set("broker.dir", "/cluster").read()))
        .doesNotThrowAnyException();
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> RECORDED.requireReachable(settings().read()))
        .withMessageContaining("--topic");
  }
}
