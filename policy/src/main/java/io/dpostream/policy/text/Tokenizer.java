package io.dpostream.policy.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Converts text to token ids and back, using the {@code tokenizer.json} of a model's folder.
 * Nothing is truncated or padded. Safe for use by several threads until it is closed.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final int vocabSize;
  private final TokenizerConfig config;

  private Tokenizer(HuggingFaceTokenizer tokenizer, int vocabSize, TokenizerConfig config) {
    this.tokenizer = tokenizer;
    this.vocabSize = vocabSize;
    this.config = config;
  }

  /**
   * Reads {@code tokenizer.json} and the files beside it.
   *
   * @throws CheckpointException if a file is missing or malformed
   */
  public static Tokenizer load(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    int vocabSize = countIds(JsonFiles.readObject(file));
    TokenizerConfig config = TokenizerConfig.read(folder);
    try {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optTruncation(false)
              .optPadding(false)
              .build();
      return new Tokenizer(tokenizer, vocabSize, config);
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(file, "not a usable tokenizer: " + oneLine(e), e);
    }
  }

  /**
   * Encodes a text.
   *
   * @param addSpecialTokens whether to add what the model expects around a text, such as a
   *     beginning-of-sequence token; special tokens written in the text are recognized either way
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    long[] ids = tokenizer.encode(text, addSpecialTokens, false).getIds();
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  /** Decodes ids to text, leaving out special tokens. */
  public String decode(int[] ids) {
    return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), true);
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

  @Override
  public void close() {
    tokenizer.close();
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
