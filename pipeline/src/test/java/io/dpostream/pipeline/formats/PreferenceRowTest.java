package io.dpostream.pipeline.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.dpostream.files.RowFile;
import io.dpostream.files.RowPlace;
import io.dpostream.files.RowRefusedException;
import io.dpostream.files.RowReport;
import io.dpostream.pipeline.formats.PreferencePair.Conversational;
import io.dpostream.pipeline.formats.PreferencePair.Standard;
import io.dpostream.schemas.Message;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceRowTest {
  @TempDir private Path dir;

  @Test
  void shouldReadTrlsStandardFormat() throws IOException {
    PreferenceRow row =
        only("{\"prompt\": \"The sky is\", \"chosen\": \" blue.\", \"rejected\": \" green.\"}");
    assertThat(row.pair()).isEqualTo(new Standard("The sky is", " blue.", " green."));
    assertThat(row.pairId()).isEmpty();
    assertThat(row.promptId()).isEmpty();
    assertThat(row.margin()).isEmpty();
  }

  @Test
  void shouldReadTrlsConversationalFormat() throws IOException {
    PreferenceRow row =
        only(
            """
            {"id": 7, "score_chosen": 8.5, "score_rejected": 6.0,
             "prompt": [{"role": "user", "content": "Sky?"}],
             "chosen": [{"role": "assistant", "content": "Blue."}],
             "rejected": [{"role": "assistant", "content": "Green."}]}
            """
                .replace("\n", " "));
    assertThat(row.pair())
        .isEqualTo(
            new Conversational(
                List.of(turn("user", "Sky?")),
                List.of(turn("assistant", "Blue.")),
                List.of(turn("assistant", "Green."))));
    assertThat(row.promptId()).contains("7");
    assertThat(row.margin()).contains(2.5);
  }

  /** The example of TRL's documentation: the space before the difference goes to the answers. */
  @Test
  void shouldTakeTheCommonPrefixAsThePrompt() throws IOException {
    assertThat(
            only("{\"chosen\": \"The sky is blue.\", \"rejected\": \"The sky is green.\"}").pair())
        .isEqualTo(new Standard("The sky is", " blue.", " green."));
    // the answers begin alike, so the rule runs into them
    assertThat(
            only("{\"chosen\": \"Q: 1+1? A: It is 2\", \"rejected\": \"Q: 1+1? A: It is 3\"}")
                .pair())
        .isEqualTo(new Standard("Q: 1+1? A: It is", " 2", " 3"));
    // one is the beginning of the other: TRL's loop stops at the last character that both have
    assertThat(only("{\"chosen\": \"ab\", \"rejected\": \"abc\"}").pair())
        .isEqualTo(new Standard("a", "b", "bc"));
    // the two faces share the first half of their code
    assertThat(only("{\"chosen\": \"x\\uD83D\\uDE00\", \"rejected\": \"x\\uD83D\\uDE01\"}").pair())
        .isEqualTo(new Standard("x", "\uD83D\uDE00", "\uD83D\uDE01"));
  }

  @Test
  void shouldTakeTheCommonTurnsAsThePrompt() throws IOException {
    String dialogue =
        "[{\"role\": \"user\", \"content\": \"Sky?\"}, {\"role\": \"assistant\", \"content\": \"%s\"}]";
    String both =
        "\"chosen\": "
            + dialogue.formatted("Blue.")
            + ", \"rejected\": "
            + dialogue.formatted("Red.");
    PreferencePair expected =
        new Conversational(
            List.of(turn("user", "Sky?")),
            List.of(turn("assistant", "Blue.")),
            List.of(turn("assistant", "Red.")));
    assertThat(only("{" + both + "}").pair()).isEqualTo(expected);
    assertThat(only("{\"prompt\": \"Sky?\", " + both + "}").pair()).isEqualTo(expected);
  }

  @Test
  void shouldReadShareGptPairs() throws IOException {
    PreferenceRow row =
        only(
            """
            {"system": "Be brief.",
             "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes?"},
               {"from": "human", "value": "Sky?"}],
             "chosen": {"from": "gpt", "value": "Blue."},
             "rejected": {"from": "gpt", "value": "Green."}}
            """
                .replace("\n", " "));
    assertThat(row.pair())
        .isEqualTo(
            new Conversational(
                List.of(
                    turn("system", "Be brief."),
                    turn("user", "Hi"),
                    turn("assistant", "Yes?"),
                    turn("user", "Sky?")),
                List.of(turn("assistant", "Blue.")),
                List.of(turn("assistant", "Green."))));
  }

  @Test
  void shouldSplitHhRlhfAtTheLastAssistantTurn() throws IOException {
    String dialogue = "\\n\\nHuman: a\\n\\nAssistant: b\\n\\nHuman: c\\n\\nAssistant: I %s";
    PreferenceRow row =
        only(
            "{\"chosen\": \"%s\", \"rejected\": \"%s\"}"
                .formatted(dialogue.formatted("do"), dialogue.formatted("do not")));
    assertThat(row.pair())
        .isEqualTo(
            new Standard(
                "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:", " I do", " I do not"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"chosen\": \"a\" | is not JSON",
        "{} {} | is not JSON",
        "[1] x | is not JSON",
        "7 | is not a JSON object",
        "{\"prompt\": \"p\", \"chosen\": \"a\"} | rejected is missing; there is prompt, chosen",
        "{\"prompt\": \"p\", \"completion\": \"a\", \"label\": true} | chosen is missing; there is prompt, completion, label: this looks like KTO, unpaired feedback",
        "{\"prompt\": \"p\", \"completion\": \"a\"} | chosen is missing; there is prompt, completion: this looks like supervised fine-tuning, which dpo sft does",
        "{\"prompt\": \"p\", \"chosen\": null, \"rejected\": \"b\"} | chosen is missing; there is prompt, rejected",
        "{\"prompt\": \"p\", \"chosen\": \"a\", \"rejected\": \"a\"} | chosen and rejected are alike",
        "{\"prompt\": \"p\", \"chosen\": \" \", \"rejected\": \"a\"} | chosen is empty",
        "{\"prompt\": \"\", \"chosen\": \"b\", \"rejected\": \"a\"} | prompt is empty",
        "{\"chosen\": \"b\", \"rejected\": \"a\"} | prompt is empty",
        "{\"prompt\": [], \"chosen\": \"b\", \"rejected\": \"a\"} | prompt is not text, chosen and rejected are",
        "{\"chosen\": 1, \"rejected\": \"a\"} | chosen and rejected are not both text or both messages",
        "{\"prompt\": [], \"chosen\": [{\"role\": \"user\"}], \"rejected\": []} | chosen has a message without role and content as text",
        "{\"prompt\": \"p\", \"chosen\": \"b\", \"rejected\": \"a\", \"margin\": \"x\"} | margin is not a number",
        "{\"conversations\": [], \"chosen\": {}, \"rejected\": {}} | conversations does not end with a human's turn",
        "{\"conversations\": [{\"from\": \"tool\"}]} | conversations has a turn from somebody unknown",
      })
  void shouldRefuseARowByReason(String line, String reason) throws IOException {
    Path file =
        write("{\"prompt\": \"p\", \"chosen\": \"a\", \"rejected\": \"b\"}\n" + "x\n\n" + line);
    List<PreferenceRow> rows = new ArrayList<>();
    RowReport report = PreferenceRow.read(file, PreferenceFormat.AUTO, rows::add);
    assertThat(rows).hasSize(1);
    assertThat(report.refused()).containsKey(reason);
    assertThat(report.refused().get(reason)).contains(4);
  }

  @Test
  void shouldTellLinesInAnArrayAndStopAtASyntaxError() throws IOException {
    String row = "{\"prompt\": \"p\", \"chosen\": \"a\", \"rejected\": \"b\"}";
    List<PreferenceRow> rows = new ArrayList<>();
    RowReport report =
        PreferenceRow.read(
            write("\n[\n" + row + ",\n{\"prompt\":\n \"p\"},\n" + row + "]"),
            PreferenceFormat.AUTO,
            rows::add);
    assertThat(rows)
        .extracting(PreferenceRow::place)
        .containsExactly(RowPlace.of(3), RowPlace.of(6));
    assertThat(report)
        .isEqualTo(RowReport.ofLines(2, Map.of("chosen is missing; there is prompt", List.of(4))));

    Path broken = write("[\n" + row + ",\n" + row + ",\n{\"prompt\": \"p\"");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PreferenceRow.read(broken, PreferenceFormat.AUTO, r -> {}))
        .withMessageStartingWith(broken + " line 4: is not JSON");
  }

  @Test
  void shouldReadGzipAndRefuseWhatIsNoText() throws IOException {
    Path zipped = dir.resolve("rows.bin");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(
          "{\"prompt\": \"p\", \"chosen\": \"\u00e4\", \"rejected\": \"b\"}"
              .getBytes(StandardCharsets.UTF_8));
    }
    List<PreferenceRow> rows = new ArrayList<>();
    PreferenceRow.read(zipped, PreferenceFormat.AUTO, rows::add);
    assertThat(rows)
        .singleElement()
        .matches(r -> r.pair().equals(new Standard("p", "\u00e4", "b")));

    byte[] whole = Files.readAllBytes(zipped);
    Path cut = Files.write(dir.resolve("cut"), Arrays.copyOf(whole, whole.length - 9));
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PreferenceRow.read(cut, PreferenceFormat.AUTO, r -> {}))
        .withMessageContaining("cannot be read");
    Path latin = Files.write(dir.resolve("latin"), new byte[] {'{', (byte) 0xe4, '}'});
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PreferenceRow.read(latin, PreferenceFormat.AUTO, r -> {}))
        .withMessageContaining("is not UTF-8");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PreferenceRow.read(dir.resolve("none"), PreferenceFormat.AUTO, r -> {}))
        .withMessageContaining("does not exist");
  }

  /** Counted independently over the file: 5 prompts differ, 4 answers are empty, 2303 are left. */
  @Test
  void shouldReadHhRlhf() {
    Path file = data().resolve("preferences/hh_rlhf/test.jsonl.gz");
    List<PreferenceRow> rows = new ArrayList<>();
    RowReport report = PreferenceRow.read(file, PreferenceFormat.AUTO, rows::add);
    assertThat(report.accepted()).isEqualTo(2303).isEqualTo(rows.size());
    assertThat(report.refused().get("the dialogues differ before their last Assistant: turn"))
        .hasSize(5)
        .startsWith(1255, 1689, 1951);
    assertThat(report.refusedRows()).isEqualTo(9);
    assertThat(rows).allMatch(r -> ((Standard) r.pair()).prompt().endsWith("\n\nAssistant:"));
  }

  /** Why HH-RLHF has a rule of its own: the common prefix runs into the answer in 444 pairs. */
  @Test
  void shouldShowThatTheCommonPrefixRunsIntoHhRlhfsAnswers() {
    Path file = data().resolve("preferences/hh_rlhf/test.jsonl.gz");
    int[] intoAnswer = {0};
    RowFile.read(
        file,
        (line, row) -> row,
        row -> {
          String chosen = row.get("chosen").textValue();
          String rejected = row.get("rejected").textValue();
          int answer = chosen.lastIndexOf("\n\nAssistant:") + "\n\nAssistant:".length();
          try {
            PreferencePair.Standard split = CommonPrefix.split(chosen, rejected);
            split.requireAnswers();
            intoAnswer[0] += split.prompt().length() > answer ? 1 : 0;
          } catch (RowRefusedException e) {
            assertThat(e).hasMessageContaining("is empty");
          }
        });
    assertThat(intoAnswer[0]).isEqualTo(444);
  }

  @Test
  void shouldReadTheShareGptDemo() {
    Path file = data().resolve("preferences/dpo_en_demo/dpo_en_demo.json");
    List<PreferenceRow> rows = new ArrayList<>();
    RowReport report = PreferenceRow.read(file, PreferenceFormat.AUTO, rows::add);
    assertThat(report).isEqualTo(RowReport.ofLines(300, Map.of()));
    assertThat(rows).allMatch(r -> r.pair() instanceof Conversational);
    // 80 of them begin with a system turn
    assertThat(rows)
        .filteredOn(r -> ((Conversational) r.pair()).prompt().get(0).getRole().equals("system"))
        .hasSize(80);
  }

  private PreferenceRow only(String line) throws IOException {
    List<PreferenceRow> rows = new ArrayList<>();
    RowReport report = PreferenceRow.read(write(line), PreferenceFormat.AUTO, rows::add);
    assertThat(report.refused()).isEmpty();
    return rows.get(0);
  }

  private Path write(String content) throws IOException {
    return Files.writeString(dir.resolve("rows.jsonl"), content);
  }

  private static Path data() {
    String data = System.getProperty("dpo.test.data", "");
    assumeFalse(data.isEmpty(), "needs -Ddpo.test.data");
    return Path.of(data);
  }

  private static Message turn(String role, String content) {
    return Fields.message(role, content);
  }
}
