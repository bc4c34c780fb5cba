package io.dpostream.policy.model;

/**
 * The bounds of what the head of a language model holds in memory.
 *
 * @param chunk most positions whose logits are computed at one time
 * @param kept most positions whose probabilities a forward pass keeps; beyond them each chunk is
 *     computed again in the backward pass
 */
record HeadLimits(int chunk, int kept) {
  /** Largest number of logits computed at one time: 64 MB of float32. */
  private static final int CHUNK_LOGITS = 1 << 24;

  /** Largest number of probabilities kept: 512 MB of float32. */
  private static final int KEPT_LOGITS = 1 << 27;

  private static final int STEP = 64;

  /** The limits for a vocabulary. */
  static HeadLimits of(ModelConfig config) {
    int chunk = Math.max(STEP, CHUNK_LOGITS / config.vocabSize() / STEP * STEP);
    return new HeadLimits(chunk, Math.max(chunk, KEPT_LOGITS / config.vocabSize() / STEP * STEP));
  }
}
