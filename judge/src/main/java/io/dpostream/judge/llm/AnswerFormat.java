package io.dpostream.judge.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * How the model is told to answer, from the strictest that OpenAI-compatible servers offer to plain
 * text. A server that refuses one is asked in the next, see {@link #weaker()}.
 */
enum AnswerFormat {
  /** {@code response_format: json_schema}: the decoder itself can only write a verdict. */
  JSON_SCHEMA,
  /** {@code response_format: json_object}: some JSON object. */
  JSON_OBJECT,
  /** No {@code response_format}: the mark {@code [[A]]} in prose. */
  TEXT;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String AS_JSON =
      "\n\nWrite one JSON object instead of a line with brackets: {\"explanation\": a few sentences, \"verdict\":"
          + " \"A\", \"B\" or \"tie\"}.";

  /** What to add to the system prompt. */
  String instruction() {
    return this == TEXT ? "" : AS_JSON;
  }

  /** The value of {@code response_format}, if any. */
  Optional<JsonNode> responseFormat() {
    ObjectNode format = JSON.createObjectNode();
    switch (this) {
      case TEXT -> {
        return Optional.empty();
      }
      case JSON_OBJECT -> format.put("type", "json_object");
      case JSON_SCHEMA -> {
        format.put("type", "json_schema");
        ObjectNode schema =
            format
                .putObject("json_schema")
                .put("name", "verdict")
                .put("strict", true)
                .putObject("schema");
        schema.put("type", "object").put("additionalProperties", false);
        schema.putArray("required").add("explanation").add("verdict");
        ObjectNode properties = schema.putObject("properties");
        properties.putObject("explanation").put("type", "string");
        properties
            .putObject("verdict")
            .put("type", "string")
            .putArray("enum")
            .add("A")
            .add("B")
            .add("tie");
      }
    }
    return Optional.of(format);
  }

  /** The next one to try with a server that refuses this one. */
  Optional<AnswerFormat> weaker() {
    return this == TEXT ? Optional.empty() : Optional.of(values()[ordinal() + 1]);
  }
}
