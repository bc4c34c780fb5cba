package io.dpostream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
