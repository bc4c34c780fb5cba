package io.dpostream.pipeline.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.files.RowReport;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SftReaderTest {
  private static final String TALK =
      "{\"prompt\": [{\"role\": \"user\", \"content\": \"red\"}],"
          + " \"completion\": [{\"role\": \"assistant\", \"content\": \" cat\"}]}\n";

  @TempDir Path folder;
  private CheckpointFolder model;

  /** Words: 0 begin, 1 end, 2 unknown, 3 red, 4 cat, 5 answer. */
  @BeforeEach
  void writeModel() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "llama", "vocab_size": 6, "hidden_size": 4, "intermediate_size": 8,
         "num_hidden_layers": 1, "num_attention_heads": 2, "eos_token_id": 1}
        """);
    Files.writeString(folder.resolve("model.safetensors"), "opened, never read");
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [
          {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true},
          {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true}],
         "pre_tokenizer": {"type": "Whitespace"},
         "model": {"type": "WordLevel", "unk_token": "<unk>",
           "vocab": {"<s>": 0, "</s>": 1, "<unk>": 2, "red": 3, "cat": 4, "answer": 5}}}
        """);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"bos_token": "<s>", "eos_token": "</s>",
         "chat_template": "<s>{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}</s> {% endif %}{% endfor %}{% if add_generation_prompt %}{% endif %}"}
        """);
    model = CheckpointFolder.open(folder);
  }

  @Test
  void shouldEndACompletionOnce() throws IOException {
    TokenSequence text = only("{\"prompt\": \"red cat\", \"completion\": \" answer\"}\n");
    assertThat(text.prompt()).containsExactly(3, 4);
    assertThat(text.completion()).containsExactly(5, 1);

    // The template writes the beginning, the end token and a blank after it.
    TokenSequence talk = only(TALK);
    assertThat(talk.prompt()).containsExactly(0, 3);
    assertThat(talk.completion()).containsExactly(4, 1);
  }

  /** {@code messages} with two answers become two sequences; the first is the shorter one. */
  @Test
  void shouldReadAnArrayAndEachAnswerOfADialogue() throws IOException {
    SftReader.Read read =
        read(
            """
            [{"messages": [{"role": "user", "content": "red "},
              {"role": "assistant", "content": "cat"}, {"role": "user", "content": "red "},
              {"role": "assistant", "content": "answer"}]}]
            """);

    assertThat(read.report()).isEqualTo(RowReport.ofLines(1, Map.of()));
    assertThat(read.data().sequences()).hasSize(2);
    assertThat(read.data().sequences().get(0).completion()).containsExactly(4, 1);
    // the template ends the earlier answer, too
    assertThat(read.data().sequences().get(1).prompt()).containsExactly(0, 3, 4, 1, 3);
    assertThat(read.data().sequences().get(1).completion()).containsExactly(5, 1);
  }

  /** Hugging Face's own form; every word is unknown to this tokenizer. */
  @Test
  void shouldReadParquet() throws Exception {
    Path file = Path.of(SftReaderTest.class.getResource("dialogues.parquet").toURI());

    SftReader.Read read = SftReader.read(file, model, 100);

    assertThat(read.report()).isEqualTo(new RowReport(2, Map.of(), "row"));
    assertThat(read.data().sequences()).hasSize(2);
  }

  @Test
  void shouldSkipAndReportWhatCannotBeUsed() throws IOException {
    SftReader.Read read =
        read(
            """
            {"prompt": "red", "completion": " cat"}
            broken
            {"prompt": "red"}
            {"prompt": "red red red red red", "completion": " cat cat cat cat cat"}
            """);

    assertThat(read.data().sequences()).hasSize(1);
    assertThat(read.report())
        .isEqualTo(
            RowReport.ofLines(
                1,
                Map.of(
                    "is not JSON",
                    List.of(2),
                    "needs prompt and completion, messages, or a preference with chosen and rejected; there is prompt",
                    List.of(3),
                    "has more tokens than sft.max_length, 10; raise it or shorten the row",
                    List.of(4))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "broken | no row can be used: 1 row: is not JSON (line 1)",
        "{\"prompt\": \"\", \"completion\": \"cat\"} | no row can be used: 1 row: prompt is empty (line 1)",
        "` ` | holds no row; give a file with one JSON object a line",
      })
  void shouldRefuseAFileOfWhichNothingCanBeUsed(String text, String problem) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(UserException.class)
        .hasMessage(folder.resolve("rows.jsonl") + ": " + problem);
  }

  private TokenSequence only(String row) throws IOException {
    return read(row).data().sequences().get(0);
  }

  private SftReader.Read read(String text) throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(file, text);
    return SftReader.read(file, model, 10);
  }
}
