package io.dpostream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.quickstart.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @Test
  void shouldPrintTheVersionOfTheBuild() {
    Dpo result = Dpo.run("--version");

    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).matches("dpo \\d+\\.\\d+\\.\\d+\\S* \\(Java .+\\)\\s*");
  }

  @Test
  void shouldShowEverySettingAsYamlThatItReadsAgain(@TempDir Path folder) throws Exception {
    Dpo shown = Dpo.run("config", "show", "--set", "threads=3");
    Path file = Files.writeString(folder.resolve("shown.yaml"), shown.out());

    assertThat(shown.code()).isEqualTo(ExitCode.DONE);
    assertThat(shown.out()).contains("threads: 3");
    assertThat(Dpo.run("config", "show", "--config", file.toString()).out()).isEqualTo(shown.out());
  }

  @Test
  void shouldShowEveryKeyThatACommandReads() {
    String shown = Dpo.run("config", "show", "--set", "sft.packing=true").out();

    assertThat(shown).contains("\nsft:\n", "packing: true\n", "\nreward:\n", "eval_share: 0.1\n");
    assertThat(Settings.keys())
        .allSatisfy(
            key -> {
              String name = key.path().substring(key.path().lastIndexOf('.') + 1);
              assertThat(shown).containsPattern("(?m)^ *" + name + ":");
            });
  }

  @Test
  void shouldSuggestTheCommandThatWasMeant() {
    assertThat(Dpo.run("trian").err())
        .isEqualTo("dpo: Unmatched argument at index 0: 'trian'; did you mean trainer?\n");
  }

  @Test
  void shouldFindOutBeforeABrokerIsStarted(@TempDir Path folder) throws Exception {
    Path model = TinyModel.install(folder.resolve("tiny")).model();
    Path rows = folder.resolve("kto.jsonl");
    Files.writeString(rows, "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true}\n");
    String[] offline = {"offline", "--model", "" + model, "--preferences", "" + rows, "--out"};

    Dpo columns = Dpo.run(with(offline, folder.resolve("out").toString()));
    assertThat(columns.err())
        .contains("chosen is missing; there is prompt, completion, label: this looks like KTO")
        .hasLineCount(1);
    Dpo device = Dpo.run(with(offline, folder.resolve("out").toString(), "--set", "device=cuda:7"));
    assertThat(device.err()).contains("device: 'cuda:7' is not available").hasLineCount(1);
    assertThat(folder.resolve("out").resolve("cluster")).doesNotExist();
  }

  private static String[] with(String[] command, String... more) {
    return Stream.of(command, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void shouldTellAUsageErrorInOneLine() {
    assertThat(Dpo.run("--no-such-flag").err())
        .isEqualTo("dpo: Unknown option: '--no-such-flag'\n");
    for (String[] args :
        new String[][] {
          {"--no-such-flag"}, {"nonsense"}, {}, {"config"}, {"config", "show", "x"}
        }) {
      Dpo result = Dpo.run(args);
      assertThat(result.code()).isEqualTo(ExitCode.USAGE);
      assertThat(result.err()).startsWith("dpo: ").hasLineCount(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "up",
        "sampler",
        "judge",
        "trainer",
        "offline",
        "import",
        "export",
        "replay",
        "status",
        "versions",
        "lineage",
        "evaluate",
        "sft",
        "config"
      })
  void shouldHelpWithEveryCommandAndRefuseAnUnknownOption(String command) {
    Dpo help = Dpo.run(command, "--help");
    Dpo unknown = Dpo.run(command, "--no-such-flag");

    assertThat(help.code()).isEqualTo(ExitCode.DONE);
    assertThat(help.out()).startsWith("Usage: dpo " + command);
    assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).startsWith("dpo: ").hasLineCount(1);
    assertThat(unknown.err()).doesNotContain("Exception");
  }

  @Test
  void shouldTellAnExpectedFailureInOneLineWithoutAStackTrace() {
    Dpo result = Dpo.run("config", "show", "--config", "/no/such.yaml");

    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).isEqualTo("dpo: /no/such.yaml: no such file\n");
  }

  @Test
  void shouldShowTheStackTraceWhenAsked() {
    assertThat(Dpo.run("config", "show", "--config", "/no/such.yaml", "--verbose").err())
        .contains("\tat io.dpostream");
  }
}
