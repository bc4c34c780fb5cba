package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptsFileTest {
  @TempDir private Path dir;

  @Test
  void shouldReadStandardAndConversationalPrompts() throws IOException {
    Path file =
        write(
            """
            {"prompt_id": "p1", "prompt": "Once upon", "tags": ["story", "short"]}

            {"id": 42, "prompt": [{"role": "user", "content": "2+2?"}], "answer": 4}
            {"prompt": "no id", "reference_answer": "yes", "other": {"field": 1}}
            """);
    PromptsFile read = PromptsFile.read(file);

    assertThat(read.prompts()).hasSize(3);
    Prompt standard = read.prompts().get(0);
    assertThat(standard.getId()).isEqualTo("p1");
    assertThat(standard.getText()).contains("Once upon");
    assertThat(standard.getMessages()).isEmpty();
    assertThat(standard.getTags()).containsExactly("story", "short");
    assertThat(standard.getReferenceAnswer()).isEmpty();
    Prompt chat = read.prompts().get(1);
    assertThat(chat.getId()).isEqualTo("42");
    assertThat(chat.getText()).isEmpty();
    assertThat(chat.getMessages()).singleElement().matches(m -> m.getContent().equals("2+2?"));
    assertThat(chat.getReferenceAnswer()).contains("4");
    assertThat(chat.getSource()).isEqualTo("prompts.jsonl:3");
    Prompt unnamed = read.prompts().get(2);
    assertThat(unnamed.getId()).isEqualTo("prompts.jsonl:4");
    assertThat(unnamed.getReferenceAnswer()).contains("yes");
  }

  /** An evaluation draws by the prompts' ids, so prompts of one id would share their draws. */
  @Test
  void shouldGiveEachPromptOfAnArrayOnOneLineAnIdOfItsOwn() throws IOException {
    Path file = write("[{\"prompt\":\"a\"},{\"prompt\":\"b\"},\n{\"prompt\":\"c\"}]");

    assertThat(PromptsFile.read(file).prompts())
        .extracting(Prompt::getId)
        .containsExactly("prompts.jsonl:1", "prompts.jsonl:1#2", "prompts.jsonl:2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"prompt\": \"a\"           | is not JSON",
        "[1, 2]                       | is not a JSON object",
        "{\"prompt\": \"a\"} {}       | is not JSON",
        "{\"text\": \"a\"}            | prompt: is missing",
        "{\"prompt\": \"\"}           | prompt: \"\" is neither",
        "{\"prompt\": []}             | prompt: [] is neither",
        "{\"prompt\": [{\"role\":1}]} | prompt: message 1 needs role",
        "{\"prompt\": \"a\", \"id\": {}} | id: {} is not",
        "{\"prompt\": \"a\", \"tags\": [1]} | tags: 1 is not",
        "{\"prompt\": \"a\\ud83d\"}    | prompt has half of a surrogate pair",
        "{\"prompt\": \"a\", \"tools\": [{}]} | tools or chat_template_kwargs stand beside text",
        "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"tools\": 1} | tools: tools are not",
      })
  void shouldNameTheLineThatCannotBeUsed(String line, String reason) throws IOException {
    Path file = write("{\"prompt\": \"fine\"}\n" + line + "\n");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PromptsFile.read(file))
        .withMessageStartingWith(file + " line 2: " + reason)
        .withMessageNotContaining("\n");
  }

  @Test
  void shouldRefuseAFileThatIsMissingOrEmptyOrNotText() throws IOException {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PromptsFile.read(dir.resolve("none.jsonl")))
        .withMessageContaining("does not exist");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PromptsFile.read(dir))
        .withMessageContaining("cannot be read");
    Path empty = write("\n");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PromptsFile.read(empty))
        .withMessageContaining("has no prompts");
    Path binary = Files.write(dir.resolve("binary.jsonl"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> PromptsFile.read(binary))
        .withMessageContaining("is not UTF-8");
  }

  @Test
  void shouldKeepWhatOnlyTheChatTemplateReads() throws IOException {
    String call = "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"name\":\"f\"}]}";
    String tools = "\"tools\":[{\"name\":\"f\"}],\"chat_template_kwargs\":{\"think\":false}";
    Path file =
        write("{\"prompt\":[{\"role\":\"user\",\"content\":\"a\"}," + call + "]," + tools + "}\n");

    Prompt prompt = PromptsFile.read(file).prompts().get(0);

    assertThat(prompt.getTemplateInputs()).isEqualTo("{" + tools + "}");
    assertThat(prompt.getMessages().get(0).getFields()).isEmpty();
    assertThat(prompt.getMessages().get(1).getFields())
        .isEqualTo(call.replace("\"content\":null,", "")); // null is no field, as in transformers
    assertThat(prompt.getMessages().get(1).getContent()).isEmpty();
  }

  @Test
  void shouldReadTheStories() {
    String data = System.getProperty("dpo.test.data", "");
    assumeFalse(data.isEmpty(), "needs -Ddpo.test.data");
    PromptsFile stories = PromptsFile.read(Path.of(data, "prompts", "stories.jsonl"));
    assertThat(stories.prompts().get(0).getId()).isEqualTo("story-0000");
    assertThat(stories.prompts()).allMatch(p -> p.getText().isPresent());
  }

  private Path write(String content) throws IOException {
    return Files.writeString(dir.resolve("prompts.jsonl"), content);
  }
}
