package io.dpostream.pipeline.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.files.RowFile;
import io.dpostream.files.RowReport;
import io.dpostream.pipeline.formats.PreferencePair.Conversational;
import io.dpostream.sampler.feed.PromptsFile;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/formats.md} promises: every form of a file for every kind of row. */
class FormatsTest {
  private static final Instant NOW = Instant.ofEpochMilli(1000);

  /** The rows of {@code dialogues.parquet}, UltraFeedback's form. */
  private static final List<String> DIALOGUES =
      List.of(
          dialogue("moon", "How far is the moon?", "About 384,400 km.", "Very far."),
          dialogue("earth", "Wie heißt 🌍?", "Erde.", "Mars."));

  @TempDir private Path dir;
  private List<Path> forms;

  @BeforeEach
  void writeEveryForm() throws IOException {
    forms = forms(DIALOGUES, "dialogues.parquet");
  }

  @Test
  void shouldReadPreferencesOfEveryForm() {
    List<PreferencePair> expected =
        List.of(
            pair("How far is the moon?", "About 384,400 km.", "Very far."),
            pair("Wie heißt 🌍?", "Erde.", "Mars."));

    for (Path form : forms) {
      List<PreferenceRow> rows = new ArrayList<>();
      PreferenceRow.read(form, PreferenceFormat.AUTO, rows::add);
      assertThat(rows).as("%s", form).extracting(PreferenceRow::pair).isEqualTo(expected);
      assertThat(rows).allMatch(row -> row.margin().orElseThrow() == 2.5);
      assertThat(rows)
          .extracting(row -> row.promptId().orElseThrow())
          .containsExactly("moon", "earth");
    }
  }

  @Test
  void shouldReadDemonstrationsOfEveryForm() {
    for (Path form : forms) {
      List<List<SftRow>> rows = new ArrayList<>();
      RowFile.read(form, (number, row) -> SftRow.parse(row), rows::add);
      assertThat(rows)
          .as("%s", form)
          .containsExactly(
              List.of(
                  new SftRow.Turns(
                      List.of(Fields.message("user", "How far is the moon?")),
                      List.of(Fields.message("assistant", "About 384,400 km.")))),
              List.of(
                  new SftRow.Turns(
                      List.of(Fields.message("user", "Wie heißt 🌍?")),
                      List.of(Fields.message("assistant", "Erde.")))));
    }
  }

  @Test
  void shouldReadPromptsOfEveryForm() throws IOException {
    List<String> prompts =
        List.of(
            "{\"prompt\":\"Once upon\",\"prompt_id\":\"a\",\"reference_answer\":\"a time\",\"tags\":[\"tale\",\"short\"]}",
            "{\"prompt\":\"The end\",\"prompt_id\":\"b\",\"tags\":[]}");

    for (Path form : forms(prompts, "prompts.parquet")) {
      List<Prompt> read = PromptsFile.read(form).prompts();
      assertThat(read).as("%s", form).extracting(Prompt::getId).containsExactly("a", "b");
      assertThat(read.get(0).getText()).contains("Once upon");
      assertThat(read.get(0).getReferenceAnswer()).contains("a time");
      assertThat(read.get(0).getTags()).containsExactly("tale", "short");
      assertThat(read.get(1).getReferenceAnswer()).isEmpty();
      List<Prompt> imported = new ArrayList<>();
      PromptsFile.read(form, imported::add);
      assertThat(imported).isEqualTo(read);
    }
  }

  @Test
  void shouldReadJudgmentsOfEveryTextForm() throws IOException {
    String vote =
        "{\"pair_id\":\"%s\",\"content_hash\":\"h\",\"judge_id\":\"j\",\"verdict\":\"tie\"}";

    for (Path form : textForms(List.of(vote.formatted("p"), vote.formatted("q")))) {
      List<Judgment> read = new ArrayList<>();
      JudgmentRow.read(form, NOW, read::add);
      assertThat(read).as("%s", form).extracting(Judgment::getPairId).containsExactly("p", "q");
    }
  }

  /** {@code dpo import} goes on; a run is not sampled from what is left of a file. */
  @Test
  void shouldRefuseAPromptsFileAsAWholeButImportWhatCanBeUsed() throws IOException {
    Path file =
        Files.writeString(dir.resolve("some.json"), "[{\"prompt\": \"a\"},\n{\"prompt\": 7}]");
    List<Prompt> imported = new ArrayList<>();
    RowReport report = PromptsFile.read(file, imported::add);

    assertThat(imported).hasSize(1);
    assertThat(report.refusedRows()).isEqualTo(1);
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PromptsFile.read(file))
        .withMessage(
            "%s line 2: prompt: 7 is neither text nor messages; give a string or a list of"
                + " {\"role\", \"content\"}",
            file);
  }

  private List<Path> forms(List<String> rows, String parquet) throws IOException {
    List<Path> all = new ArrayList<>(textForms(rows));
    all.add(resource(parquet));
    return all;
  }

  private List<Path> textForms(List<String> rows) throws IOException {
    String lines = String.join("\n", rows) + "\n";
    String array = "[" + String.join(",\n", rows) + "]";
    List<Path> forms = new ArrayList<>();
    for (String text : List.of(lines, array, "\uFEFF" + lines, "\uFEFF" + array)) {
      Path plain = dir.resolve("form" + forms.size());
      forms.add(Files.writeString(plain, text));
      Path compressed = dir.resolve("form" + forms.size());
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
      forms.add(compressed);
    }
    return forms;
  }

  private static Path resource(String name) {
    try {
      return Path.of(FormatsTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String dialogue(String id, String question, String better, String worse) {
    String turns =
        "[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"}]";
    return ("{\"prompt\":\"%s\",\"prompt_id\":\"%s\",\"chosen\":%s,\"rejected\":%s,\"messages\":%s,"
            + "\"score_chosen\":8.5,\"score_rejected\":6.0}")
        .formatted(
            question,
            id,
            turns.formatted(question, better),
            turns.formatted(question, worse),
            turns.formatted(question, better));
  }

  private static PreferencePair pair(String question, String better, String worse) {
    List<Message> prompt = List.of(Fields.message("user", question));
    return new Conversational(
        prompt,
        List.of(Fields.message("assistant", better)),
        List.of(Fields.message("assistant", worse)));
  }
}
