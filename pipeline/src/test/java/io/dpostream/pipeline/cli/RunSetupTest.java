package io.dpostream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.dpostream.pipeline.config.KeptSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.SettingsTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunSetupTest {
  @TempDir Path dir;

  @Test
  void shouldKeepWhatWasSetAndNoDefault() throws Exception {
    RunFolder folder = RunFolder.open(dir);
    Path file = Files.writeString(dir.resolve("mine.yaml"), "run: {id: no}\nsampler: {top_k: 7}\n");
    SettingsReader<Settings> reader =
        Settings.reader().file(file).set("trainer.beta=0.3").set("threads=3");

    RunSetup.keep(reader, folder);

    assertThat(folder.settings())
        .hasContent(
            """
            run:
              id: "no"
            sampler:
              top_k: 7
            trainer:
              beta: 0.3
            threads: 3
            """);
    assertThat(Settings.reader().file(folder.settings()).read()).isEqualTo(reader.read());
  }

  @Test
  void shouldKeepTheThreadsOfThisMachine() throws Exception {
    RunFolder folder = RunFolder.open(dir);

    RunSetup.keep(Settings.reader(), folder);

    assertThat(folder.settings()).hasContent("threads: " + Settings.defaults().threads());
  }

  /** Files as {@code dpo up} kept them before and in release 0.1: every key, set or not. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "trainer/src/test/resources/checkout-cbe9c59/quickstart/settings.yaml",
        "trainer/src/test/resources/checkout-c0702a8/quickstart/settings.yaml",
        "pipeline/src/test/resources/io/dpostream/pipeline/cli/settings-0.1.yaml"
      })
  void shouldGoOnFromAFolderOfAnEarlierVersion(String recorded) throws Exception {
    RunFolder folder = RunFolder.open(dir);
    Files.copy(Path.of(System.getProperty("dpo.root"), recorded), folder.settings());
    JsonNode written = YAMLMapper.builder().build().readTree(folder.settings().toFile());
    SettingsReader<Settings> reader = KeptSettings.over(Settings.reader(), folder.requireStarted());

    Settings read = reader.read();
    Set<String> kept = leaves(written);
    kept.removeIf(line -> line.startsWith(".trainer.madpo_tau=")); // of a loss that is not used
    assertThat(leaves(SettingsTree.of(read))).containsAll(kept);
    RunSetup.keep(reader, folder);
    assertThat(Settings.reader().file(folder.requireStarted()).read()).isEqualTo(read);
  }

  private static Set<String> leaves(JsonNode tree) {
    Set<String> leaves = new TreeSet<>();
    collect("", tree, leaves);
    return leaves;
  }

  private static void collect(String path, JsonNode node, Set<String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(entry -> collect(path + "." + entry.getKey(), entry.getValue(), into));
    } else if (node.isArray()) {
      node.forEach(each -> collect(path + "[]", each, into));
    } else {
      into.add(path + "=" + node.asText());
    }
  }
}
