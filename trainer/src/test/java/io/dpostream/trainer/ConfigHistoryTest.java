package io.dpostream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.Environment;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConfigHistoryTest {
  private static final Path RECORDED =
      Path.of("src/main/resources/io/dpostream/trainer/recorded-defaults");
  private static final CanonicalConfig TODAY = CanonicalConfig.of(TrainerConfig.defaults());

  /**
   * Fails when a key or a default has changed. After a release, raise {@link ConfigHistory#FORMAT}
   * first, so that the released format's file stays as it is; then record the defaults with {@code
   * mvn -pl trainer test -Dtest=ConfigHistoryTest -Ddpo.compat.record=true}.
   */
  @Test
  void shouldHaveRecordedTheDefaultsInUse() throws IOException {
    Path file = RECORDED.resolve(ConfigHistory.FORMAT + ".yaml");
    if (Boolean.getBoolean("dpo.compat.record")) {
      Files.writeString(file, TODAY.text());
    }
    assertThat(Files.readString(file)).isEqualTo(TODAY.text());
  }

  /** A key that was renamed or retired since must be named in the tables. */
  @Test
  void shouldReadTheDefaultsOfEveryFormatAsAConfigurationOfToday() throws IOException {
    for (int format = 0; format <= ConfigHistory.FORMAT; format++) {
      String text = Files.readString(RECORDED.resolve(format + ".yaml"));

      CanonicalConfig read = CanonicalConfig.recorded(configured(format, text));

      assertThat(read.values().keySet()).isEqualTo(TODAY.values().keySet());
      assertThat(CanonicalConfig.of(read.over(TrainerConfig.defaults()))).isEqualTo(read);
    }
  }

  /** 162575f~1: no stale_pairs, no madpo_c_max, and a τ of madpo that was 1 and unused. */
  @Test
  void shouldReadWhatWasRecordedBeforeTheFirstRelease() {
    Map<String, String> before = new TreeMap<>(TODAY.values());
    before.keySet().removeAll(Set.of("stale_pairs", "madpo_cmax", "madpo_c_max"));
    before.put("madpo_tau", "1.0");

    CanonicalConfig read =
        CanonicalConfig.recorded(configured(0, new CanonicalConfig(new TreeMap<>(before)).text()));

    assertThat(read).isEqualTo(TODAY);
    assertThat(read.over(TrainerConfig.defaults())).isEqualTo(TrainerConfig.defaults());
  }

  @Test
  void shouldKeepAFormerDefaultThatTheLossUses() {
    String text = "loss_type: [\"madpo\"]\nmadpo_tau: 1.0\n";

    CanonicalConfig read = CanonicalConfig.recorded(configured(0, text));

    assertThat(read.over(TrainerConfig.defaults()).loss().madpoTau()).isEqualTo(1);
  }

  /** Prompts were cut at 512 tokens by default before format 2: a run that began so goes on so. */
  @Test
  void shouldGoOnWithAFormerDefaultThatNobodySet() {
    for (int format = 0; format < 2; format++) {
      RunConfigured run = configured(format, "max_prompt_length: 512\nbeta: 0.3\n");

      CanonicalConfig continued = TODAY.continuing(run);

      assertThat(continued.values()).containsEntry("max_prompt_length", "512");
      assertThat(continued.values()).containsEntry("beta", "0.1");
      CanonicalConfig set = CanonicalConfig.parse("max_prompt_length: 256\n");
      assertThat(set.continuing(run).values()).containsEntry("max_prompt_length", "256");
      RunConfigured other = configured(format, "max_prompt_length: 100\n");
      assertThat(TODAY.continuing(other).values()).containsEntry("max_prompt_length", "null");
    }
  }

  /** Release 0.1 gave each sequence a row of its own, and its runs have those bits. */
  @Test
  void shouldGoOnWithPaddedPassesWhereARunBeganSo() {
    for (int format = 0; format < 3; format++) {
      RunConfigured run = configured(format, "beta: 0.1\n");

      assertThat(CanonicalConfig.recorded(run).values()).containsEntry("pass_layout", "\"padded\"");
      assertThat(TODAY.continuing(run).values()).containsEntry("pass_layout", "\"padded\"");
      assertThat(TODAY.values()).containsEntry("pass_layout", "\"flat\"");
    }
  }

  @Test
  void shouldKeepAnUnusedValueThatWasNeverADefault() {
    CanonicalConfig read = CanonicalConfig.recorded(configured(0, "madpo_tau: 3.0\n"));

    assertThat(read.values()).containsEntry("madpo_tau", "3.0");
  }

  @Test
  void shouldTakeTheDefaultOfTheFormatForAKeyThatIsMissing() {
    ConfigHistory history =
        new ConfigHistory(
            List.of(config("beta: 0.1\n"), config("beta: 0.2\nshape: \"round\"\n")),
            Map.of(),
            Map.of(),
            Map.of());

    assertThat(history.read(configured(0, "")).text()).isEqualTo("beta: 0.1\nshape: \"round\"\n");
    assertThat(history.read(configured(1, "")).text()).isEqualTo("beta: 0.2\nshape: \"round\"\n");
  }

  @Test
  void shouldReadRenamedAndRetiredKeys() {
    ConfigHistory history =
        new ConfigHistory(
            List.of(config("size: 8\ndice: false\n"), config("batch: 16\n")),
            Map.of("size", "batch"),
            Map.of("dice", "false"),
            Map.of());

    assertThat(history.read(configured(0, "size: 4\ndice: false\n")).text())
        .isEqualTo("batch: 4\n");
    assertThat(history.read(configured(0, "")).text()).isEqualTo("batch: 8\n");
    assertThatThrownBy(() -> history.read(configured(0, "dice: true\n")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("trainer.dice: true, which this version cannot do any more");
  }

  @Test
  void shouldNotGuessAtALaterFormat() {
    assertThatThrownBy(
            () -> CanonicalConfig.recorded(configured(ConfigHistory.FORMAT + 1, "beta: 0.1\n")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a later version configured this run");
    assertThatThrownBy(() -> TODAY.continuing(configured(ConfigHistory.FORMAT + 1, "beta: 0.1\n")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a later version configured this run");
  }

  private static CanonicalConfig config(String text) {
    return CanonicalConfig.parse(text);
  }

  private static RunConfigured configured(int format, String text) {
    return RunConfigured.newBuilder()
        .setConfig(text)
        .setConfigSha256("")
        .setReferenceSha256("")
        .setReferenceUri("")
        .setInitialSha256("")
        .setInitialUri("")
        .setPartitions(1)
        .setStartOffsets(List.of())
        .setEnvironment(new Environment("cpu", "float32", 1, "none", "none"))
        .setFormatVersion(format)
        .build();
  }
}
