package io.dpostream.policy.model;

import io.dpostream.policy.torch.Dtype;

/**
 * What training takes of a device's memory.
 *
 * <p>Let P be the model's parameters, L its layers, D, I, Q and K the widths of the residual
 * stream, the feed-forward layer, all query heads and all key heads, and c the bytes of the dtype
 * computed in. Bytes held all the time:
 *
 * <pre>
 *   all weights trained   P · (4 weights + 4 gradient + 8 moments + c reference + c cast)
 *   adapters trained      P · c weights, which are the reference too
 * </pre>
 *
 * and bytes of the graph for each token, by what the program's {@code layer} keeps for its backward
 * pass: two norms, in float32 and cast; queries, repeated keys and values, and what attention
 * gives; gate, up, and two products of them; with norms of queries and keys these once more:
 *
 * <pre>
 *   layer = D · (8 + 4c) + Q · 4c + I · 4c   + (Q + K) · (4 + c) with norms of queries and keys
 *   token = L · layer, or L · D · c + layer with gradient checkpointing
 * </pre>
 *
 * {@code benchmarks/gpu/budget.py} compares the latter with what PyTorch keeps.
 */
public final class TrainingMemory {
  /** Fewer tokens leave a GPU idle, so a smaller number would only hide that memory is short. */
  static final int LEAST = 512;

  /** More tokens make no product faster on any present device. */
  static final int MOST = 32_768;

  private static final int MASTER_BYTES = 16;

  private TrainingMemory() {}

  /**
   * The tokens of one pass that a device has room for, between 512 and 32,768: the largest power of
   * two whose graph fits into four fifths of what is not held all the time; the rest is for the
   * head's logits, the optimizer's temporaries and the allocator. A power of two makes cards of
   * about one size agree. How a batch is divided decides the last bits of a step, so a run must
   * keep the number that it began with.
   *
   * @param deviceBytes the device's whole memory, free or not
   * @param compute the dtype of activations and products
   */
  public static int passTokens(
      long deviceBytes, ModelConfig config, FineTuning tuning, Dtype compute) {
    double free = deviceBytes - heldBytes(config, tuning, compute);
    double tokens = 0.8 * free / tokenBytes(config, tuning, compute);
    int within = (int) Math.max(LEAST, Math.min(MOST, tokens));
    return Integer.highestOneBit(within);
  }

  /** Bytes held all the time. */
  public static double heldBytes(ModelConfig config, FineTuning tuning, Dtype compute) {
    int bytes = tuning.lora().isPresent() ? compute.bytes() : MASTER_BYTES + 2 * compute.bytes();
    return (double) WeightLayout.of(config).parameters() * bytes;
  }

  /** Bytes of the graph for each token. */
  public static double tokenBytes(ModelConfig config, FineTuning tuning, Dtype compute) {
    double hidden = config.hiddenSize();
    double queries = (double) config.numAttentionHeads() * config.headDim();
    double keys = (double) config.numKeyValueHeads() * config.headDim();
    int c = compute.bytes();
    double layer = hidden * (8 + 4 * c) + (queries + config.intermediateSize()) * 4 * c;
    if (config.qkNorm()) {
      layer += (queries + keys) * (4 + c);
    }
    return tuning.gradientCheckpointing()
        ? config.numHiddenLayers() * hidden * c + layer
        : config.numHiddenLayers() * layer;
  }
}
