package io.dpostream.pipeline.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.SettingsTree;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /**
   * The file is what {@code dpo config show} of release 0.1 printed: every key, as it kept them.
   */
  @Test
  void shouldGoOnFromAFolderOfRelease01() throws Exception {
    RunFolder folder = RunFolder.open(dir);
    try (InputStream recorded = RunSetupTest.class.getResourceAsStream("settings-0.1.yaml")) {
      Files.copy(requireNonNull(recorded), folder.settings());
    }
    JsonNode written = YAMLMapper.builder().build().readTree(folder.settings().toFile());
    SettingsReader<Settings> reader = Settings.reader().file(folder.requireStarted());

    Settings read = reader.read();
    assertThat(leaves(SettingsTree.of(read))).containsAll(leaves(written));
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
