package io.dpostream.policy.model;

import java.util.Set;

/**
 * Options for drawing tokens. Tokens that the sequence already has become less likely by the
 * repetition penalty, and ends impossible before {@code minNewTokens}; the logits are divided by
 * the temperature; the {@code topK} most probable tokens are kept, of those the most probable that
 * together hold {@code topP}, and of those the ones at least {@code minP} times as probable as the
 * best. A token as probable as the last one kept stays too.
 *
 * @param temperature 0 for greedy decoding
 * @param topP in (0, 1]; 1 keeps all
 * @param topK 0 keeps all
 * @param minP in [0, 1]; 0 keeps all
 * @param repetitionPenalty divides the positive logits of tokens in the prompt or the completion,
 *     and multiplies the negative ones; 1 changes nothing (Keskar et al., <a
 *     href="https://arxiv.org/abs/1909.05858">1909.05858</a>)
 * @param minNewTokens tokens before a completion can end
 * @param maxNewTokens most tokens of a completion
 * @param eosIds tokens that end a completion; may be empty
 */
public record SamplingOptions(
    double temperature,
    double topP,
    int topK,
    double minP,
    double repetitionPenalty,
    int minNewTokens,
    int maxNewTokens,
    Set<Integer> eosIds) {
  public SamplingOptions {
    require(
        temperature >= 0 && !Double.isInfinite(temperature),
        "temperature: %s is not a number of at least 0; use 0 for greedy decoding",
        temperature);
    require(topP > 0 && topP <= 1, "top_p: %s is not in (0, 1]", topP);
    require(topK >= 0, "top_k: %s is negative; use 0 for no limit", topK);
    require(minP >= 0 && minP <= 1, "min_p: %s is not in [0, 1]", minP);
    require(
        repetitionPenalty > 0 && !Double.isInfinite(repetitionPenalty),
        "repetition_penalty: %s is not above 0; use 1 for none",
        repetitionPenalty);
    require(maxNewTokens >= 1, "max_new_tokens: %s is not positive", maxNewTokens);
    require(
        minNewTokens >= 0 && minNewTokens <= maxNewTokens,
        "min_new_tokens: %s is not between 0 and max_new_tokens",
        minNewTokens);
    eosIds = Set.copyOf(eosIds);
  }

  private static void require(boolean holds, String message, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(value));
    }
  }

  /** Options without a penalty, a least probability or a least length. */
  public SamplingOptions(
      double temperature, double topP, int topK, int maxNewTokens, Set<Integer> eosIds) {
    this(temperature, topP, topK, 0, 1, 0, maxNewTokens, eosIds);
  }

  /** Options that always take the most probable token. */
  public static SamplingOptions greedy(int maxNewTokens, Set<Integer> eosIds) {
    return new SamplingOptions(0, 1, 0, maxNewTokens, eosIds);
  }
}
