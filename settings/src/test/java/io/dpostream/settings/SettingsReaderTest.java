package io.dpostream.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  record Outer(String name, int threads, Inner trainer, Map<String, String> properties) {}

  record Inner(
      double learningRate,
      long maxSteps,
      boolean bf16,
      List<String> lossType,
      Optional<String> at) {
    Inner {
      Require.above("learning_rate", learningRate, 0);
    }
  }

  private static final Outer DEFAULTS =
      new Outer(
          "run",
          2,
          new Inner(1e-4, 100, false, List.of("sigmoid"), Optional.empty()),
          Map.of("linger.ms", "5"));

  @TempDir Path folder;

  private SettingsReader<Outer> reader() {
    return new SettingsReader<>(DEFAULTS);
  }

  private Path yaml(String text) throws IOException {
    return Files.writeString(folder.resolve("run.yaml"), text);
  }

  @Test
  void shouldKeepTheDefaultsWhenNothingIsSet() {
    assertThat(reader().read()).isEqualTo(DEFAULTS);
  }

  @Test
  void shouldLetAnAssignmentWinOverTheFileAndTheFileOverTheDefaults() throws IOException {
    Outer read =
        reader()
            .file(yaml("threads: 3\ntrainer:\n  max_steps: 7\n  learning_rate: 0.5\n"))
            .set("trainer.learning_rate=2e-5")
            .read();

    assertThat(read.threads()).isEqualTo(3);
    assertThat(read.trainer().maxSteps()).isEqualTo(7);
    assertThat(read.trainer().learningRate()).isEqualTo(2e-5);
  }

  @Test
  void shouldReadListsOptionalsAndOpenMaps() {
    Outer read =
        reader()
            .set("trainer.loss_type=[sigmoid, ipo]")
            .set("trainer.at=here")
            .set("properties.max.poll.records=7")
            .read();

    assertThat(read.trainer().lossType()).containsExactly("sigmoid", "ipo");
    assertThat(read.trainer().at()).contains("here");
    // The rest of the path below an open map is one key, and what was there stays.
    assertThat(read.properties()).isEqualTo(Map.of("linger.ms", "5", "max.poll.records", "7"));
  }

  @Test
  void shouldTakeOneValueForAListOfOne() {
    assertThat(reader().set("trainer.loss_type=ipo").read().trainer().lossType())
        .containsExactly("ipo");
  }

  @Test
  void shouldReadItsOwnYamlBack() throws IOException {
    SettingsReader<Outer> changed = reader().set("trainer.bf16=true").set("trainer.at=x");

    assertThat(reader().file(yaml(changed.yaml())).read()).isEqualTo(changed.read());
  }

  record Texts(
      String id, Optional<String> at, List<String> names, Map<String, String> properties, int n) {}

  @Test
  void shouldTakeATextAsItIsWritten() throws IOException {
    Texts defaults = new Texts("", Optional.empty(), List.of(), Map.of(), 0);
    SettingsReader<Texts> file =
        new SettingsReader<>(defaults)
            .file(
                yaml(
                    """
                    id: no
                    at: 0123
                    names: [1e-4, yes, "007", 2026-11-28]
                    properties: {enable.idempotence: on}
                    n: 12
                    """));
    SettingsReader<Texts> assigned =
        new SettingsReader<>(defaults)
            .set("id=no")
            .set("at=0123")
            .set("names=[1e-4, yes, '007', 2026-11-28]")
            .set("properties.enable.idempotence=on")
            .set("n=12");
    Texts written =
        new Texts(
            "no",
            Optional.of("0123"),
            List.of("1e-4", "yes", "007", "2026-11-28"),
            Map.of("enable.idempotence", "on"),
            12);

    assertThat(file.read()).isEqualTo(written);
    assertThat(assigned.read()).isEqualTo(written);
    assertThat(new SettingsReader<>(defaults).file(yaml(file.yaml())).read()).isEqualTo(written);
  }

  /** What YAML 1.1 takes for booleans, numbers in many bases and notations, times and dates. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "no",
        "yes",
        "on",
        "off",
        "y",
        "N",
        "True",
        "false",
        "0123",
        "0x10",
        "0o17",
        "0b11",
        "1e3",
        "1E+3",
        "1_000",
        "1.50",
        "+5",
        "-0",
        ".5",
        "12:30:45",
        "2024-01-01",
        "2024-01-01T10:00:00Z",
        ".inf",
        ".NaN",
        "123456789012345678901234567890"
      })
  void shouldLeaveATextAloneWhateverElseYamlSeesInIt(String written) throws IOException {
    Texts defaults = new Texts("", Optional.empty(), List.of(), Map.of(), 0);
    SettingsReader<Texts> file =
        new SettingsReader<>(defaults)
            .file(yaml("id: %1$s\nat: %1$s # a remark\nnames: [%1$s]\n".formatted(written)));

    assertThat(file.read())
        .isEqualTo(new Texts(written, Optional.of(written), List.of(written), Map.of(), 0))
        .isEqualTo(
            new SettingsReader<>(defaults)
                .set("id=" + written)
                .set("at=" + written)
                .set("names=[" + written + "]")
                .read());
    assertThat(new SettingsReader<>(defaults).file(yaml(file.givenYaml())).read())
        .isEqualTo(file.read());
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no", "on", "off", "True", "FALSE", "1", "y"})
  void shouldTakeTrueAndFalseAloneForABoolean(String written) {
    assertThatThrownBy(() -> reader().set("trainer.bf16=" + written).read())
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("trainer.bf16: ")
        .hasMessageContaining(written)
        .hasMessageEndingWith(" is not true or false");
  }

  @Test
  void shouldReadNumbersInDecimal() {
    assertThat(reader().set("threads=010").read().threads()).isEqualTo(10);
    assertThat(reader().set("trainer.learning_rate=1e-3").read().trainer().learningRate())
        .isEqualTo(1e-3);
  }

  @Test
  void shouldReadAFileWithAByteOrderMarkAndRefuseOtherEncodings() throws IOException {
    assertThat(reader().file(yaml("\uFEFFthreads: 3\n")).read().threads()).isEqualTo(3);
    Path wide =
        Files.write(folder.resolve("wide.yaml"), "threads: 3".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> reader().file(wide))
        .isInstanceOf(UserException.class)
        .hasMessage(wide + ": is not UTF-8 text; convert it");
  }

  @Test
  void shouldTakeOneTextForAListOfOneAsItIsWritten() {
    Texts defaults = new Texts("", Optional.empty(), List.of(), Map.of(), 0);

    assertThat(new SettingsReader<>(defaults).set("names=010").read().names())
        .containsExactly("010");
    assertThat(new SettingsReader<>(defaults).set("at=null").read().at()).isEmpty();
  }

  @Test
  void shouldNotTakeNoForABooleanWhereAnyValueMayStand() {
    assertThat(
            new SettingsReader<>(new Judges(List.of()))
                .set("judges=[{id: no, type: 0123, share: 0.5, on: true}]")
                .read()
                .judges())
        .containsExactly(Map.of("id", "no", "type", "0123", "share", 0.5, "on", true));
  }

  @Test
  void shouldWriteWhatWasSetAlone() throws IOException {
    SettingsReader<Outer> reader =
        reader().file(yaml("trainer: {max_steps: 7}\n")).set("properties.acks=all").set("name=no");

    assertThat(reader.givenYaml())
        .isEqualTo("trainer:\n  max_steps: 7\nproperties:\n  acks: all\nname: \"no\"\n");
    assertThat(reader().file(yaml(reader.givenYaml())).read()).isEqualTo(reader.read());
  }

  record Engines(int threads, Engine sampler, Engine trainer, Engine streams) {}

  record Engine(int threads) {}

  @Test
  void shouldLetAKeyInheritTheTopLevelValueUnlessItIsAssigned() {
    Engines defaults = new Engines(1, new Engine(8), new Engine(8), new Engine(8));
    Set<String> inheriting = Set.of("sampler.threads", "trainer.threads");

    assertThat(
            new SettingsReader<>(defaults, inheriting)
                .set("sampler.threads=4")
                .set("threads=2")
                .read())
        .isEqualTo(new Engines(2, new Engine(4), new Engine(2), new Engine(8)));
  }

  @Test
  void shouldAcceptAnEmptyFile() throws IOException {
    assertThat(reader().file(yaml("")).read()).isEqualTo(DEFAULTS);
  }

  @Test
  void shouldSuggestTheNearestKeyForAnUnknownOne() {
    assertThatThrownBy(() -> reader().set("trainer.learning_rat=1"))
        .isInstanceOf(UserException.class)
        .hasMessage("--set trainer.learning_rat: no such key; did you mean trainer.learning_rate?");
  }

  @Test
  void shouldListTheKnownKeysWhenNoneIsNear() {
    assertThatThrownBy(() -> reader().set("qwertyuiop=1"))
        .hasMessage(
            "--set qwertyuiop: no such key; known here: name, threads, trainer, properties");
  }

  @Test
  void shouldNameFileAndLineOfWhatIsNotYaml() throws IOException {
    Path file = yaml("threads: 3\ntrainer: [1, 2\n");

    assertThatThrownBy(() -> reader().file(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ", line 3 column 1: not YAML: ")
        .message()
        .hasLineCount(1);
  }

  @Test
  void shouldRefuseAKeyThatStandsTwice() throws IOException {
    Path file = yaml("threads: 3\nthreads: 4\n");

    assertThatThrownBy(() -> reader().file(file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("threads");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Infinity", "1e999", "1e-4f", "0x1p-3"})
  void shouldRefuseWhatIsNoFiniteNumber(String value) {
    assertThatThrownBy(() -> reader().set("trainer.learning_rate=" + value).read())
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("trainer.learning_rate: ")
        .hasMessageEndingWith("is not a number");
  }

  @Test
  void shouldNameKeyAndValueOfAWrongType() {
    assertThatThrownBy(() -> reader().set("trainer.max_steps=many").read())
        .hasMessage("trainer.max_steps: \"many\" is not a whole number");
    assertThatThrownBy(() -> reader().set("trainer.max_steps=1.5").read())
        .hasMessage("trainer.max_steps: 1.5 is not a whole number");
    assertThatThrownBy(() -> reader().set("trainer.max_steps=9007199254740993.0").read())
        .hasMessageEndingWith("is not a whole number");
    assertThatThrownBy(() -> reader().set("threads=").read())
        .hasMessage("threads: null is not a whole number");
  }

  record Judges(List<Map<String, Object>> judges) {
    Judges {
      judges = judges.stream().map(Map::copyOf).toList();
    }
  }

  @Test
  void shouldNameAnOptionWithoutAValueInAListOfOpenMaps() {
    assertThatThrownBy(
            () ->
                new SettingsReader<>(new Judges(List.of()))
                    .set("judges=[{id: one}, {id: two, type: }]")
                    .read())
        .isInstanceOf(UserException.class)
        .hasMessage("judges[1].type: has no value; set it or take it out");
  }

  record Parts(@Flat Part part, @Default("7") int seed) {}

  record Part(@Default("slow") Speed speed, @Default("0.5") double share) {
    Part {
      Require.atLeastAndBelow("share", share, 0, 1);
    }
  }

  enum Speed {
    SLOW,
    VERY_FAST
  }

  record Whole(Parts parts) {}

  @Test
  void shouldLetKeysOfAFlatPartStandBesideTheOthers() {
    Whole defaults = new Whole(SettingsTree.defaults(Parts.class));

    assertThat(
            new SettingsReader<>(defaults)
                .set("parts.speed=very_fast")
                .set("parts.seed=8")
                .read()
                .parts())
        .isEqualTo(new Parts(new Part(Speed.VERY_FAST, 0.5), 8));
    assertThat(new SettingsReader<>(defaults).yaml())
        .isEqualTo("parts:\n  speed: slow\n  share: 0.5\n  seed: 7\n");
    assertThatThrownBy(() -> new SettingsReader<>(defaults).set("parts.share=1").read())
        .hasMessage("parts.share: 1 must be at least 0 and below 1");
    assertThatThrownBy(() -> new SettingsReader<>(defaults).set("parts.speed=fast").read())
        .hasMessage("parts.speed: 'fast' is not one of slow, very_fast");
    assertThatThrownBy(() -> new SettingsReader<>(defaults).set("parts.part.share=0"))
        .hasMessageStartingWith("--set parts.part: no such key");
  }

  @Test
  void shouldPassOnWhatARecordRefuses() {
    assertThatThrownBy(() -> reader().set("trainer.learning_rate=-1").read())
        .isInstanceOf(UserException.class)
        .hasMessage("trainer.learning_rate: -1 must be above 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"betas[0]=0.9", "betas.1=0.9", "betas[]=0.9"})
  void shouldRefuseAPlaceInAList(String assignment) {
    record Lists(List<Double> betas, Map<String, String> properties) {}

    SettingsReader<Lists> reader = new SettingsReader<>(new Lists(List.of(0.9), Map.of()));
    assertThatThrownBy(() -> reader.set(assignment))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith(": a list is set as a whole, with --set 'betas=[...]' or in a file");
    assertThat(reader.set("properties.a.0=x").read().properties()).containsEntry("a.0", "x");
  }

  @Test
  void shouldRefuseAValueWhereASectionStands() {
    assertThatThrownBy(() -> reader().set("trainer=5"))
        .hasMessage("--set trainer: has keys below it, such as trainer.learning_rate; found 5");
  }

  @Test
  void shouldSayThatAFileIsMissing() {
    Path missing = folder.resolve("none.yaml");

    assertThatThrownBy(() -> reader().file(missing)).hasMessage(missing + ": no such file");
  }
}
