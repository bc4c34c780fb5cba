package io.dpostream.trainer.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SftDataTest {
  private static final String TALK =
      "{\"prompt\": [{\"role\": \"user\", \"content\": \"red\"}],"
          + " \"completion\": [{\"role\": \"assistant\", \"content\": \"cat\"}]}\n";

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
  void shouldEndACompletionOnceAndKeepNothingAfterTheEnd() throws IOException {
    TokenSequence text = only("{\"prompt\": \"red cat\", \"completion\": \" answer\"}\n");
    assertThat(text.prompt()).containsExactly(3, 4);
    assertThat(text.completion()).containsExactly(5, 1);

    // The template writes the beginning, the end token and a blank after it.
    TokenSequence talk = only(TALK);
    assertThat(talk.prompt()).containsExactly(0, 3);
    assertThat(talk.completion()).containsExactly(4, 1);
  }

  @Test
  void shouldReadGzip() throws IOException {
    Path file = folder.resolve("rows.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(TALK.getBytes(StandardCharsets.UTF_8));
    }

    assertThat(SftData.read(file, model, 10).sequences()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"prompt\": \"red\", \"completion\": \"cat\"}\\nbroken; line 2: is not JSON",
        "{\"prompt\": \"red\"}; line 1: needs prompt and completion",
        "{\"prompt\": \"\", \"completion\": \"cat\"}; line 1: a sequence needs at least one prompt",
        "{\"prompt\": \"red red red red red\", \"completion\": \"cat cat cat cat cat\"}; line 1: has 11",
        "` `; has no rows",
      })
  void shouldNameTheLineThatCannotBeUsed(String text, String problem) throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(file, text.replace("\\n", "\n"));

    assertThatThrownBy(() -> SftData.read(file, model, 10))
        .isInstanceOf(UserException.class)
        .message()
        .startsWith(file.toString())
        .contains(problem)
        .doesNotContain("\n");
  }

  @Test
  void shouldSayThatAFileIsMissing() {
    assertThatThrownBy(() -> SftData.read(folder.resolve("none"), model, 10))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no such file");
  }

  private TokenSequence only(String row) throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(file, row);
    return SftData.read(file, model, 10).sequences().get(0);
  }
}
