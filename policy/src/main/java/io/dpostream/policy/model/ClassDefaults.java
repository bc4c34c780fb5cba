package io.dpostream.policy.model;

import io.dpostream.policy.model.ModelConfig.Family;
import java.util.OptionalInt;

/**
 * Values that transformers' configuration classes take for a key that {@code config.json} lacks,
 * and that no tensor's shape tells.
 *
 * @param maxPositions {@code max_position_embeddings}
 * @param slidingWindow {@code sliding_window}; a key that is there and null means none
 */
record ClassDefaults(int maxPositions, OptionalInt slidingWindow) {

  static ClassDefaults of(Family family) {
    OptionalInt window = OptionalInt.of(4096);
    return switch (family) {
      case LLAMA -> new ClassDefaults(2048, OptionalInt.empty());
      case MISTRAL -> new ClassDefaults(131_072, window);
      case QWEN2, QWEN3 -> new ClassDefaults(32_768, window);
    };
  }
}
