package io.dpostream.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files beside {@code tokenizer.json}: named special tokens and the chat template. */
record TokenizerConfig(Map<String, String> specialTokens, Optional<ChatTemplate> chatTemplate) {
  private static final List<String> NAMES =
      List.of("bos_token", "eos_token", "pad_token", "unk_token");

  /**
   * Reads a folder; {@code chat_template.jinja} takes precedence over the templates inside {@code
   * tokenizer_config.json}. A second one, for conversations with tools, is {@code tool_use} among
   * several by name, or stands in {@code additional_chat_templates}.
   */
  static TokenizerConfig read(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    ObjectNode json = Files.exists(file) ? JsonFiles.readObject(file) : JsonFiles.newObject();
    specialTokensMap(folder, json);
    Map<String, String> tokens = new HashMap<>();
    NAMES.forEach(name -> text(json.path(name)).ifPresent(token -> tokens.put(name, token)));
    Optional<String> own = contents(folder.resolve("chat_template.jinja"));
    JsonNode inside = json.path("chat_template");
    Optional<String> plain = own.or(() -> text(inside)).or(() -> named(inside, "default"));
    Optional<String> toolUse =
        own.isPresent()
            ? contents(folder.resolve("additional_chat_templates").resolve("tool_use.jinja"))
            : named(inside, "tool_use");
    Optional<ChatTemplate> template = plain.map(source -> new ChatTemplate(source, tokens));
    return new TokenizerConfig(
        Map.copyOf(tokens),
        template.map(
            first ->
                toolUse
                    .map(source -> first.withToolUse(new ChatTemplate(source, tokens)))
                    .orElse(first)));
  }

  /** Tokenizers of older releases name their special tokens in a file of their own. */
  private static void specialTokensMap(Path folder, ObjectNode config) {
    Path map = folder.resolve("special_tokens_map.json");
    if (!config.has("added_tokens_decoder") && Files.exists(map)) {
      config.setAll(JsonFiles.readObject(map));
    }
  }

  private static Optional<String> contents(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  /** A token is written as its text, or as an object with its text under {@code content}. */
  private static Optional<String> text(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? Optional.of(text.asText()) : Optional.empty();
  }

  /** One of several templates, which are objects with {@code name} and {@code template}. */
  private static Optional<String> named(JsonNode templates, String name) {
    for (JsonNode one : templates) {
      if (one.path("name").asText().equals(name)) {
        return text(one.path("template"));
      }
    }
    return Optional.empty();
  }
}
