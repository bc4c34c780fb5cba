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
   * Reads a folder; {@code chat_template.jinja} takes precedence over the template inside {@code
   * tokenizer_config.json}.
   */
  static TokenizerConfig read(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    Map<String, String> tokens = new HashMap<>();
    Optional<String> template = Optional.empty();
    if (Files.exists(file)) {
      ObjectNode json = JsonFiles.readObject(file);
      specialTokensMap(folder, json);
      NAMES.forEach(name -> text(json.path(name)).ifPresent(token -> tokens.put(name, token)));
      template = template(json.path("chat_template"));
    }
    Optional<String> inside = template;
    Optional<String> source = templateFile(folder).or(() -> inside);
    return new TokenizerConfig(
        Map.copyOf(tokens), source.map(text -> new ChatTemplate(text, tokens)));
  }

  /** Tokenizers of older releases name their special tokens in a file of their own. */
  private static void specialTokensMap(Path folder, ObjectNode config) {
    Path map = folder.resolve("special_tokens_map.json");
    if (!config.has("added_tokens_decoder") && Files.exists(map)) {
      config.setAll(JsonFiles.readObject(map));
    }
  }

  private static Optional<String> templateFile(Path folder) {
    Path file = folder.resolve("chat_template.jinja");
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

  /** One template, or several by name, of which {@code default} is the one for plain chat. */
  private static Optional<String> template(JsonNode node) {
    if (node.isTextual()) {
      return Optional.of(node.asText());
    }
    for (JsonNode named : node) {
      if (named.path("name").asText().equals("default")) {
        return text(named.path("template"));
      }
    }
    return Optional.empty();
  }
}
