package io.dpostream.tinymodel;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RandomCheckpoint;
import io.dpostream.policy.model.RopeScaling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A random Llama that tests sample from and train: hidden size 32, 4 query and 2 key-value heads of
 * 8, 64 positions, and weights that deviate enough to make attention uneven.
 *
 * @param vocabulary number of tokens
 * @param layers number of layers
 * @param begin id of the begin-of-sequence token
 * @param end id of the end-of-sequence token
 * @param padding id of the padding token
 */
public record TinyLlama(
    Head head, int vocabulary, int layers, OptionalInt begin, int end, OptionalInt padding) {
  private static final double DEVIATION = 0.2;

  /** A language model of two layers whose token 1 begins a sequence and whose token 2 ends it. */
  public static TinyLlama ofVocabulary(int vocabulary) {
    return new TinyLlama(Head.CAUSAL_LM, vocabulary, 2, OptionalInt.of(1), 2, OptionalInt.empty());
  }

  /** This model with another number of layers. */
  public TinyLlama withLayers(int number) {
    return new TinyLlama(head, vocabulary, number, begin, end, padding);
  }

  /**
   * Writes a folder, which is created if missing; every seed gives other weights.
   *
   * @param tokenizer content of {@code tokenizer.json}
   */
  public CheckpointFolder write(Path folder, String tokenizer, long seed) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
      return RandomCheckpoint.write(folder, config(), seed, DEVIATION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ModelConfig config() {
    return new ModelConfig(
        Family.LLAMA,
        head,
        vocabulary,
        32,
        48,
        layers,
        4,
        2,
        8,
        64,
        1e-6,
        10_000,
        new RopeScaling.None(),
        head == Head.CAUSAL_LM,
        false,
        Optional.empty(),
        begin,
        List.of(end),
        padding,
        "float32");
  }
}
