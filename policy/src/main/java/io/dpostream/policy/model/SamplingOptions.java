package io.dpostream.policy.model;

import java.util.Set;

/**
 * Options for drawing tokens: the logits are divided by the temperature, the {@code topK} most
 * probable tokens are kept, and of those the most probable that together hold {@code topP}.
 *
 * @param temperature 0 for greedy decoding
 * @param topP in (0, 1]; 1 keeps all
 * @param topK 0 keeps all; tokens as probable as the last one kept stay too
 * @param maxNewTokens most tokens of a completion
 * @param eosIds tokens that end a completion; may be empty
 */
public record SamplingOptions(
    double temperature, double topP, int topK, int maxNewTokens, Set<Integer> eosIds) {
  public SamplingOptions {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature: "
              + temperature
              + " is not a number of at least 0; use 0 for greedy decoding");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p: " + topP + " is not in (0, 1]");
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k: " + topK + " is negative; use 0 for no limit");
    }
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max_new_tokens: " + maxNewTokens + " is not positive");
    }
    eosIds = Set.copyOf(eosIds);
  }

  /** Options that always take the most probable token. */
  public static SamplingOptions greedy(int maxNewTokens, Set<Integer> eosIds) {
    return new SamplingOptions(0, 1, 0, maxNewTokens, eosIds);
  }
}
