package io.dpostream.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");
  private static final List<ChatMessage> QUESTION = List.of(new ChatMessage("user", "Why?"));

  /**
   * Expected strings: transformers 5.23.0, by
   * benchmarks/peers/transformers/render_chat_templates.py.
   */
  @Test
  void shouldRenderPublicTemplatesAsTransformersDoes() throws IOException {
    Path templates = TestData.path("chat_templates");
    int compared = 0;
    for (JsonNode expected : expectedStrings()) {
      String source = Files.readString(templates.resolve(expected.path("template").asText()));
      ChatTemplate template = new ChatTemplate(source, TOKENS);
      boolean prompt = expected.path("add_generation_prompt").asBoolean();
      if (expected.has("refused")) {
        assertThatThrownBy(() -> template.render(messages(expected), prompt))
            .isInstanceOf(ChatTemplateException.class)
            .hasMessageContaining(expected.path("refused").asText());
      } else {
        assertThat(template.render(messages(expected), prompt))
            .as("%s", expected)
            .isEqualTo(expected.path("text").asText());
      }
      compared++;
    }
    assertThat(compared).isEqualTo(50);
  }

  @Test
  void shouldDropNewlinesAfterBlocksAndIndentBeforeThem() {
    ChatTemplate template =
        new ChatTemplate(
            """
            {{ bos_token }}
            {% for message in messages %}
                {% if message.role == 'user' %}
            Q: {{ message.content }}
                {% endif %}
            {% endfor %}
            {% if add_generation_prompt %}
            A:
            {%- endif %}
            """,
            TOKENS);

    assertThat(template.render(QUESTION, true)).isEqualTo("<s>\nQ: Why?\nA:");
    assertThat(template.render(QUESTION, false)).isEqualTo("<s>\nQ: Why?\n");
  }

  @Test
  void shouldReadEveryKindOfLineEndAsANewline() {
    ChatTemplate template = new ChatTemplate("{{ 'a\r\nb' }}\r\nc\rd\r\n", TOKENS);

    assertThat(template.render(QUESTION, true)).isEqualTo("a\nb\nc\nd");
  }

  @Test
  void shouldNotTakeContentForATemplate() {
    ChatTemplate template = new ChatTemplate("{{ messages[0].content }}", TOKENS);
    String hostile = "{{ 1 + 1 }} {% raw %} {# hidden #}";

    assertThat(template.render(List.of(new ChatMessage("user", hostile)), true)).isEqualTo(hostile);
  }

  /** What transformers 5.23 does to messages before it renders them. */
  @Test
  void shouldLeaveOutFieldsThatAreNullAndNameReasoningAsTemplatesDo() throws IOException {
    ChatTemplate template = new ChatTemplate("{{ messages | tojson }}", TOKENS);
    JsonNode turns =
        new ObjectMapper()
            .readTree(
                "[{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"a\": null}],"
                    + " \"reasoning\": \"so\"}]");

    assertThat(template.render(ChatJson.messages(turns, "messages"), false))
        .isEqualTo(
            "[{\"thinking\": \"so\", \"role\": \"assistant\", \"tool_calls\": [{\"a\": null}],"
                + " \"reasoning\": \"so\", \"reasoning_content\": \"so\"}]");
  }

  @Test
  void shouldSayInOneLineWhatATemplateRefuses() {
    ChatTemplate template = new ChatTemplate("{{ raise_exception('no system role') }}", TOKENS);

    assertThatThrownBy(() -> template.render(QUESTION, true))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("chat template: refused: no system role");
  }

  @Test
  void shouldThrowWhereTheTemplateCannotBeRendered() {
    List<String> templates =
        List.of(
            "{% unknown_tag %}",
            "{{ 'a | b' + messages | no_such_filter }}",
            "{{ messages is no_such_test }}",
            "{{ no_such_function(1) }}",
            "{% if");
    for (String broken : templates) {
      ChatTemplate template = new ChatTemplate(broken, TOKENS);
      assertThatThrownBy(() -> template.render(QUESTION, true))
          .as(broken)
          .isInstanceOf(ChatTemplateException.class)
          .message()
          .startsWith("chat template: ")
          .doesNotContain("\n");
    }
  }

  private static JsonNode expectedStrings() throws IOException {
    try (InputStream json = ChatTemplateTest.class.getResourceAsStream("/chat_templates.json")) {
      return new ObjectMapper().readTree(json);
    }
  }

  private static List<ChatMessage> messages(JsonNode expected) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : expected.path("messages")) {
      messages.add(
          new ChatMessage(message.path("role").asText(), message.path("content").asText()));
    }
    return messages;
  }
}
