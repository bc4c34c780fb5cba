package io.dpostream.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Transformers' class {@code LlamaTokenizer}. Since transformers 5 it takes vocabulary, merges and
 * post-processor from {@code tokenizer.json} but not how spaces are treated: the space that begins
 * a text is written once, and none after a special token. Models of type {@code llama} use it when
 * {@code tokenizer_config.json} names it; every other type that is read here takes {@code
 * tokenizer.json} as it stands.
 */
final class LlamaTokenizerClass {
  private static final Set<String> NAMES = Set.of("LlamaTokenizer", "LlamaTokenizerFast");
  private static final String SPACE = "\u2581";

  private LlamaTokenizerClass() {}

  /** The tokenizer as the class builds it; empty where a folder's tokenizer is of another class. */
  static Optional<JsonNode> rebuilt(Path folder, JsonNode tokenizer) {
    JsonNode config = read(folder.resolve("tokenizer_config.json"));
    String model = read(folder.resolve("config.json")).path("model_type").asText();
    boolean ofClass = NAMES.contains(config.path("tokenizer_class").asText());
    boolean pairs = tokenizer.path("model").path("type").asText().equals("BPE");
    return ofClass && pairs && model.equals("llama") && !isByteLevel(tokenizer)
        ? Optional.of(rebuilt(config, tokenizer.deepCopy()))
        : Optional.empty();
  }

  private static JsonNode rebuilt(JsonNode config, ObjectNode tokenizer) {
    boolean prefixed = config.path("add_prefix_space").asBoolean(true);
    boolean legacy = config.path("legacy").asBoolean(false);
    tokenizer.putNull("normalizer");
    tokenizer
        .putObject("pre_tokenizer")
        .put("type", "Metaspace")
        .put("replacement", SPACE)
        .put("prepend_scheme", !prefixed ? "never" : legacy ? "always" : "first")
        .put("split", false);
    ArrayNode decoders =
        tokenizer.putObject("decoder").put("type", "Sequence").putArray("decoders");
    ObjectNode spaces = decoders.addObject().put("type", "Replace").put("content", " ");
    spaces.putObject("pattern").put("String", SPACE);
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefixed) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    ((ObjectNode) tokenizer.path("model"))
        .put("fuse_unk", true)
        .put("byte_fallback", true)
        .put("ignore_merges", false)
        .putNull("unk_token")
        .putNull("dropout");
    return tokenizer;
  }

  /** Llama 3's tokenizers name the class as well, but work on bytes. */
  private static boolean isByteLevel(JsonNode tokenizer) {
    return tokenizer.path("pre_tokenizer").findValuesAsText("type").contains("ByteLevel")
        || tokenizer.path("decoder").findValuesAsText("type").contains("ByteLevel");
  }

  private static JsonNode read(Path file) {
    return Files.exists(file) ? JsonFiles.readObject(file) : JsonFiles.newObject();
  }
}
