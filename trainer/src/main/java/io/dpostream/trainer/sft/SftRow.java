package io.dpostream.trainer.sft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.text.ChatMessage;
import java.util.ArrayList;
import java.util.List;

/** A prompt and the completion to learn, in one of TRL's formats. */
sealed interface SftRow {

  /** Standard format: strings. */
  record Text(String prompt, String completion) implements SftRow {}

  /** Conversational format: lists of messages. */
  record Conversation(List<ChatMessage> prompt, List<ChatMessage> completion) implements SftRow {
    public Conversation {
      prompt = List.copyOf(prompt);
      completion = List.copyOf(completion);
    }
  }

  /**
   * Reads {@code {"prompt", "completion"}}, or the chosen side of a preference, {@code {"prompt",
   * "chosen"}}; both strings or both lists of messages. Other fields are ignored.
   *
   * @throws IllegalArgumentException naming the field that is wrong
   */
  static SftRow parse(String line) {
    JsonNode row = Json.object(line);
    JsonNode prompt = row.path("prompt");
    String name = row.has("completion") ? "completion" : "chosen";
    JsonNode completion = row.path(name);
    if (prompt.isTextual() && completion.isTextual()) {
      return new Text(prompt.textValue(), completion.textValue());
    }
    if (prompt.isArray() && completion.isArray()) {
      return new Conversation(Json.messages(prompt, "prompt"), Json.messages(completion, name));
    }
    throw new IllegalArgumentException(
        "needs prompt and completion (or chosen), both text or both lists of messages");
  }

  /** Parses the parts of a line. */
  final class Json {
    private static final ObjectMapper MAPPER =
        new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    private static JsonNode object(String line) {
      try {
        JsonNode row = MAPPER.readTree(line);
        if (row.isObject()) {
          return row;
        }
        throw new IllegalArgumentException("is not a JSON object");
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage(), e);
      }
    }

    private static List<ChatMessage> messages(JsonNode values, String field) {
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode value : values) {
        if (!value.path("role").isTextual() || !value.path("content").isTextual()) {
          throw new IllegalArgumentException(
              field + ": message " + (messages.size() + 1) + " needs role and content as text");
        }
        messages.add(
            new ChatMessage(value.get("role").textValue(), value.get("content").textValue()));
      }
      if (messages.isEmpty()) {
        throw new IllegalArgumentException(field + ": has no messages");
      }
      return messages;
    }
  }
}
