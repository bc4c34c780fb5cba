package io.dpostream.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.TestData;
import io.dpostream.policy.TinyFolder;
import io.dpostream.policy.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  @TempDir Path folder;

  /** The ids are those of the model's original encoder. */
  @Test
  void shouldGiveTheGoldenIdsOfStories260K() throws IOException {
    Path model = TestData.path("models/stories260K");
    JsonNode golden = new ObjectMapper().readTree(model.resolve("tokenizer_golden.json").toFile());
    assertThat(golden).isNotEmpty();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      for (JsonNode text : golden) {
        int[] ids =
            StreamSupport.stream(text.path("ids").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
        assertThat(tokenizer.encode(text.path("text").asText(), true)).isEqualTo(ids);
        assertThat(tokenizer.decode(ids)).isEqualTo(text.path("text").asText());
      }
      assertThat(tokenizer.vocabSize()).isEqualTo(512);
      assertThat(tokenizer.chatTemplate()).isEmpty();
    }
  }

  @Test
  void shouldAddSpecialTokensOnlyWhenAsked() {
    TinyFolder.write(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.encode("red cat", true)).containsExactly(0, 3, 4);
      assertThat(tokenizer.encode("red cat", false)).containsExactly(3, 4);
      assertThat(tokenizer.decode(new int[] {0, 3, 4, 1})).isEqualTo("red cat");
      assertThat(tokenizer.vocabSize()).isEqualTo(6);
    }
  }

  @Test
  void shouldNeverWriteTheBeginningTwice() {
    TinyFolder.write(folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      PromptEncoder encoder = new PromptEncoder(tokenizer);
      assertThat(encoder.encodeText("red cat")).containsExactly(0, 3, 4);
      assertThat(encoder.encodeText("<s> red cat")).containsExactly(0, 3, 4);
      // The template writes <s> itself.
      assertThat(
              encoder.encodeMessages(new Conversation(List.of(new ChatMessage("user", "red cat")))))
          .containsExactly(0, 3, 4, 5);
    }
  }

  /** SentencePiece writes the space before a word with the word, but none before a text. */
  @Test
  void shouldKeepTheSpaceWithWhichACompletionBegins() {
    try (Tokenizer tokenizer = Tokenizer.load(TestData.path("models/stories260K"))) {
      int[] prompt = tokenizer.encode("Once upon", true);
      int[] whole = tokenizer.encode("Once upon a time", true);
      int[] completion = Arrays.copyOfRange(whole, prompt.length, whole.length);

      assertThat(tokenizer.decodeAfter(prompt, completion)).isEqualTo(" a time");
      assertThat(tokenizer.decode(completion)).isEqualTo("a time");
    }
  }

  @Test
  void shouldPreferTheTemplateInItsOwnFile() throws IOException {
    TinyFolder.write(folder);
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(
              new PromptEncoder(tokenizer)
                  .encodeMessages(new Conversation(List.of(new ChatMessage("user", "cat")))))
          .containsExactly(4);
    }
  }

  @Test
  void shouldTakeTheTemplateForToolsWhereThereIsOne() throws IOException {
    TinyFolder.write(folder);
    Conversation plain = new Conversation(List.of(new ChatMessage("user", "cat")));
    Conversation tools = new Conversation(plain.messages(), Map.of("tools", List.of(Map.of())));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"chat_template": [{"name": "default", "template": "red"},
                           {"name": "tool_use", "template": "cat"}]}
        """);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(new PromptEncoder(tokenizer).encodeMessages(plain)).containsExactly(3);
      assertThat(new PromptEncoder(tokenizer).encodeMessages(tools)).containsExactly(4);
    }
    Files.writeString(folder.resolve("chat_template.jinja"), "cat");
    Path more = Files.createDirectories(folder.resolve("additional_chat_templates"));
    Files.writeString(more.resolve("tool_use.jinja"), "answer");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(new PromptEncoder(tokenizer).encodeMessages(plain)).containsExactly(4);
      assertThat(new PromptEncoder(tokenizer).encodeMessages(tools)).containsExactly(5);
    }
  }

  @Test
  void shouldAskForTextWhereTheModelHasNoTemplate() throws IOException {
    TinyFolder.write(folder);
    Files.delete(folder.resolve("tokenizer_config.json"));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      PromptEncoder encoder = new PromptEncoder(tokenizer);
      assertThatThrownBy(
              () ->
                  encoder.encodeMessages(new Conversation(List.of(new ChatMessage("user", "cat")))))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageContaining("give prompts as plain text");
    }
  }

  @Test
  void shouldRefuseABrokenTokenizerInOneLine() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": no such file; a model folder needs it");
    for (String broken : List.of("{\"model\": {\"type\": \"No", "[]", "{\"model\": {}}")) {
      Files.writeString(file, broken);
      assertThatThrownBy(() -> Tokenizer.load(folder))
          .isInstanceOf(CheckpointException.class)
          .message()
          .startsWith(file + ": ")
          .doesNotContain("\n");
    }
  }
}
