package io.dpostream.judge.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Reads the body of a chat completion. A model's text is a string or a list of parts; parts that
 * are no text, such as a reasoning model's thoughts, are passed over.
 */
final class CompletionReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> TEXT_PARTS = Set.of("text", "output_text");
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private CompletionReader() {}

  /** The completion in a body; empty where the body holds none. */
  static Optional<ChatEndpoint.Completion> read(String body, AnswerFormat format, long latencyMs) {
    JsonNode node = json(body);
    JsonNode choice = node.path("choices").path(0);
    JsonNode message = choice.path("message");
    if (!message.isObject()) {
      return Optional.empty();
    }
    String text = text(message.path("content"));
    String endName = choice.path("finish_reason").asText(""); // null is ""
    AnswerEnd end = AnswerEnd.of(endName);
    boolean whole = end == AnswerEnd.WHOLE || end == AnswerEnd.UNKNOWN;
    JsonNode usage = node.path("usage");
    return Optional.of(
        new ChatEndpoint.Completion(
            text.isEmpty() ? refusal(message) : text,
            whole ? VerdictParser.parse(text, format) : Optional.empty(),
            end,
            endName,
            usage.path("prompt_tokens").asInt(),
            usage.path("completion_tokens").asInt(),
            latencyMs));
  }

  /** Broken JSON is as good as JSON of another shape. */
  private static JsonNode json(String body) {
    try {
      return JSON.readTree(
          body.startsWith(BYTE_ORDER_MARK) ? body.substring(BYTE_ORDER_MARK.length()) : body);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static String text(JsonNode content) {
    if (content.isArray()) {
      return StreamSupport.stream(content.spliterator(), false)
          .map(CompletionReader::text)
          .collect(Collectors.joining());
    }
    boolean part =
        content.isObject()
            && TEXT_PARTS.contains(content.path("type").asText("text"))
            && !content.path("thought").asBoolean();
    return part ? content.path("text").asText("") : content.isTextual() ? content.asText() : "";
  }

  /** What the model says where it will not answer, beside its text or as a part of it. */
  private static String refusal(JsonNode message) {
    JsonNode refusal = message.path("refusal");
    return refusal.isTextual()
        ? refusal.asText()
        : StreamSupport.stream(message.path("content").spliterator(), false)
            .map(part -> part.path("refusal").asText(""))
            .collect(Collectors.joining());
  }
}
