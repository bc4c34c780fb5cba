package io.dpostream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.human.HumanOptions;
import io.dpostream.settings.SettingsKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
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
    String generated = ConfigurationDocument.of(Settings.keys(), Settings.INHERITING, judges());
    if (Boolean.getBoolean("dpo.docs.write")) {
      Files.writeString(DOCUMENT, generated);
    }

    assertThat(Files.readString(DOCUMENT)).isEqualTo(generated);
  }

  @Test
  void shouldSayWhatEveryKeyMeans() {
    List<SettingsKey> all = new ArrayList<>(Settings.keys());
    judges().values().forEach(all::addAll);

    assertThat(all).filteredOn(key -> key.doc().isEmpty()).extracting(SettingsKey::path).isEmpty();
  }

  @Test
  void shouldIntroduceEverySection() {
    List<String> sections =
        Settings.keys().stream().map(ConfigurationDocument::section).distinct().toList();

    assertThat(ConfigurationDocument.INTRODUCTIONS.keySet())
        .containsExactlyInAnyOrderElementsOf(sections);
  }

  /** The options of our own types of judges, and not of those that tests add. */
  private static Map<String, List<SettingsKey>> judges() {
    Map<String, List<SettingsKey>> judges = new TreeMap<>();
    judges.put(HumanOptions.TYPE, SettingsKey.of(HumanOptions.class));
    for (JudgeFactory<?> factory : ServiceLoader.load(JudgeFactory.class)) {
      if (factory.getClass().getPackageName().startsWith(Judge.class.getPackageName())) {
        judges.put(factory.name(), SettingsKey.of(factory.optionsType()));
      }
    }
    return judges;
  }
}
