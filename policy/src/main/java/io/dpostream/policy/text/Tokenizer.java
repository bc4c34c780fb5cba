package io.dpostream.policy.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Converts text to token ids and back, using the {@code tokenizer.json} of a model's folder and
 * giving the ids that transformers gives. Nothing is truncated or padded. Safe for use by several
 * threads until it is closed.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final int vocabSize;
  private final List<String> controls;
  private final TokenizerConfig config;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer,
      int vocabSize,
      List<String> controls,
      TokenizerConfig config) {
    this.tokenizer = tokenizer;
    this.vocabSize = vocabSize;
    this.controls = controls;
    this.config = config;
  }

  /**
   * Reads {@code tokenizer.json} and the files beside it.
   *
   * @throws CheckpointException if a file is missing or malformed
   */
  public static Tokenizer load(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    JsonNode json = JsonFiles.readObject(file);
    TokenizerConfig config = TokenizerConfig.read(folder);
    try {
      Optional<JsonNode> rebuilt = LlamaTokenizerClass.rebuilt(folder, json);
      HuggingFaceTokenizer tokenizer = rebuilt.isPresent() ? parse(rebuilt.get()) : open(file);
      return new Tokenizer(tokenizer, countIds(json), controls(json), config);
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(file, "not a usable tokenizer: " + oneLine(e), e);
    }
  }

  private static HuggingFaceTokenizer open(Path file) throws IOException {
    return HuggingFaceTokenizer.builder()
        .optTokenizerPath(file)
        .optTruncation(false)
        .optPadding(false)
        .build();
  }

  private static HuggingFaceTokenizer parse(JsonNode json) throws IOException {
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(bytes), Map.of("truncation", "false", "padding", "false"));
  }

  /**
   * Encodes a text.
   *
   * @param addSpecialTokens whether to add what the model expects around a text, such as a
   *     beginning-of-sequence token; special tokens written in the text are recognized either way
   * @throws IllegalArgumentException if the text has half of a surrogate pair, or what the
   *     tokenizer has no token for
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    return ids(encoding(text, addSpecialTokens));
  }

  /**
   * Encodes a text that will be continued: with what the tokenizer adds before it, but without what
   * it adds after it, such as an end-of-sequence token.
   *
   * @throws IllegalArgumentException if the text has half of a surrogate pair, or what the
   *     tokenizer has no token for
   */
  public int[] encodeBeginning(String text) {
    Encoding encoding = encoding(text, true);
    long[] added = encoding.getSpecialTokenMask();
    int end = added.length;
    while (end > 0 && added[end - 1] == 1) {
      end--;
    }
    return Arrays.copyOf(ids(encoding), end);
  }

  private Encoding encoding(String text, boolean addSpecialTokens) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "a text has half of a surrogate pair, which is no character");
    }
    try {
      return tokenizer.encode(text, addSpecialTokens, false);
    } catch (RuntimeException e) { // as of a vocabulary without a token for what it does not know
      throw new IllegalArgumentException("the tokenizer refuses the text: " + oneLine(e), e);
    }
  }

  private static int[] ids(Encoding encoding) {
    return Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
  }

  /** Decodes ids to text, leaving out special tokens. */
  public String decode(int[] ids) {
    return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), true);
  }

  /**
   * Decodes what follows a prompt, leaving out special tokens: the text with which the prompt's
   * text goes on. Decoded alone, ids of SentencePiece lose a space at their beginning.
   */
  public String decodeAfter(int[] prompt, int[] ids) {
    int[] all = Arrays.copyOf(prompt, prompt.length + ids.length);
    System.arraycopy(ids, 0, all, prompt.length, ids.length);
    String before = decode(prompt);
    String whole = decode(all);
    // a character may be divided between the two
    return whole.startsWith(before) ? whole.substring(before.length()) : decode(ids);
  }

  /** The number of ids, added tokens included: every id is below it. */
  public int vocabSize() {
    return vocabSize;
  }

  /** The template that turns a conversation into text, if the model has one. */
  public Optional<ChatTemplate> chatTemplate() {
    return config.chatTemplate();
  }

  /** The text of a special token, such as {@code bos_token} or {@code eos_token}. */
  public Optional<String> specialToken(String name) {
    return Optional.ofNullable(config.specialTokens().get(name));
  }

  /** The id of a special token; empty where the model has none of that name. */
  public OptionalInt specialTokenId(String name) {
    int[] ids = specialToken(name).map(token -> encode(token, false)).orElseGet(() -> new int[0]);
    return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  /** The first special token that a text spells out, which encoding would take for the token. */
  public Optional<String> specialTokenIn(String text) {
    return controls.stream().filter(text::contains).min(Comparator.comparingInt(text::indexOf));
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private static List<String> controls(JsonNode json) {
    List<String> controls = new ArrayList<>();
    for (JsonNode token : json.path("added_tokens")) {
      String content = token.path("content").asText();
      if (token.path("special").asBoolean() && !content.isEmpty()) {
        controls.add(content);
      }
    }
    return List.copyOf(controls);
  }

  private static int countIds(JsonNode json) {
    int largest = -1;
    JsonNode vocab = json.path("model").path("vocab");
    if (vocab.isArray()) {
      largest = vocab.size() - 1;
    } else {
      for (JsonNode id : vocab) {
        largest = Math.max(largest, id.asInt());
      }
    }
    for (JsonNode token : json.path("added_tokens")) {
      largest = Math.max(largest, token.path("id").asInt());
    }
    return largest + 1;
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
  }
}
