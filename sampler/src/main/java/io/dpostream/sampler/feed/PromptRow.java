package io.dpostream.sampler.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowRefusedException;
import io.dpostream.policy.text.ChatJson;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads a prompt from a row of a file, in TRL's formats: {@code prompt} is a string (standard) or a
 * list of messages with {@code role} and {@code content} (conversational). Optional beside it:
 * {@code prompt_id} or {@code id}, {@code reference_answer} or {@code answer}, {@code tags}, and,
 * beside messages, {@code tools} and {@code chat_template_kwargs}. Other fields are ignored.
 */
final class PromptRow {
  private PromptRow() {}

  /**
   * Reads the prompt in a row.
   *
   * @param fallbackId its id when the row names none
   * @throws RowRefusedException with a message that names the field when there is no prompt
   */
  static Prompt parse(JsonNode row, String fallbackId, String source) {
    Prompt.Builder prompt =
        Prompt.newBuilder()
            .setId(first(row, "prompt_id", "id").map(id -> scalar(id, "id")).orElse(fallbackId))
            .setTags(tags(row))
            .setSource(source);
    first(row, "reference_answer", "answer")
        .ifPresent(answer -> prompt.setReferenceAnswer(scalar(answer, "answer")));
    JsonNode value = row.path("prompt");
    String inputs = templateInputs(row);
    if (value.isTextual() && !value.textValue().isEmpty()) {
      if (!inputs.isEmpty()) {
        throw new RowRefusedException(
            "tools or chat_template_kwargs stand beside text, which no chat template renders; give"
                + " messages");
      }
      return prompt.setText(value.textValue()).build();
    }
    if (value.isArray() && !value.isEmpty()) {
      return prompt.setMessages(messages(value)).setTemplateInputs(inputs).build();
    }
    throw new RowRefusedException(
        "prompt: "
            + (value.isMissingNode() ? "is missing" : value + " is neither text nor messages")
            + "; give a string or a list of {\"role\", \"content\"}");
  }

  private static Optional<JsonNode> first(JsonNode row, String... names) {
    for (String name : names) {
      if (row.hasNonNull(name)) {
        return Optional.of(row.get(name));
      }
    }
    return Optional.empty();
  }

  private static String scalar(JsonNode value, String name) {
    if (!value.isValueNode()) {
      throw new RowRefusedException(name + ": " + value + " is not text or a number");
    }
    return value.asText();
  }

  private static List<Message> messages(JsonNode values) {
    return orRefuse(() -> ChatJson.messages(values, "prompt")).stream()
        .map(PromptRow::message)
        .toList();
  }

  private static Message message(ChatMessage turn) {
    return Message.newBuilder()
        .setRole(turn.role())
        .setContent(turn.content())
        .setFields(ChatJson.fields(turn))
        .build();
  }

  private static String templateInputs(JsonNode row) {
    String inputs = ChatJson.rowVariables(row);
    orRefuse(() -> ChatJson.variables(inputs));
    return inputs;
  }

  private static <T> T orRefuse(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new RowRefusedException(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> tags(JsonNode row) {
    List<String> tags = new ArrayList<>();
    for (JsonNode tag : row.path("tags")) {
      if (!tag.isTextual()) {
        throw new RowRefusedException("tags: " + tag + " is not text");
      }
      tags.add(tag.textValue());
    }
    return tags;
  }
}
