package io.dpostream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.settings.SettingsKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} lists every key as its record declares it. After a change of keys,
 * defaults or meanings it is written anew with {@code mvn -pl pipeline -am test
 * -Dtest=ConfigurationDocumentTest -Ddpo.docs.write=true}.
 */
class ConfigurationDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");

  @Test
  void shouldBeWhatTheRecordsSay() throws IOException {
    String generated = ConfigurationDocument.of(Settings.keys(), Settings.INHERITING);
    if (Boolean.getBoolean("dpo.docs.write")) {
      Files.writeString(DOCUMENT, generated);
    }

    assertThat(Files.readString(DOCUMENT)).isEqualTo(generated);
  }

  @Test
  void shouldSayWhatEveryKeyMeans() {
    assertThat(Settings.keys())
        .filteredOn(key -> !key.owner().getPackageName().startsWith("io.dpostream.judge"))
        .filteredOn(key -> key.doc().isEmpty())
        .extracting(SettingsKey::path)
        .isEmpty();
  }

  @Test
  void shouldIntroduceEverySection() {
    List<String> sections =
        Settings.keys().stream().map(ConfigurationDocument::section).distinct().toList();

    assertThat(ConfigurationDocument.INTRODUCTIONS.keySet())
        .containsExactlyInAnyOrderElementsOf(sections);
  }
}
