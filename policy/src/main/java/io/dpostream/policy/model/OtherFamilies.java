package io.dpostream.policy.model;

import java.util.Map;

/** What the decoder lacks for well-known models that it does not run. */
final class OtherFamilies {
  private static final String GEMMA =
      "a norm before and after each part of a layer, norms of 1 + weight, scaled embeddings and GELU";

  private static final String EXPERTS = "mixture of experts";

  private static final Map<String, String> MISSING =
      Map.of(
          "gemma",
          "norms of 1 + weight, scaled embeddings and GELU",
          "gemma2",
          "soft-capped attention and logits, " + GEMMA,
          "gemma3",
          "image inputs, a rotary base for each kind of layer, " + GEMMA,
          "gemma3_text",
          "a rotary base for each kind of layer, " + GEMMA,
          "phi3",
          "projections fused into qkv_proj and gate_up_proj",
          "mixtral",
          EXPERTS,
          "qwen2_moe",
          EXPERTS,
          "qwen3_moe",
          EXPERTS,
          "qwen2_vl",
          "image inputs",
          "qwen2_5_vl",
          "image inputs");

  private OtherFamilies() {}

  /** The end of "is not supported" for a model type; empty for one that nothing is known of. */
  static String missing(String modelType) {
    String missing = MISSING.get(modelType);
    return missing == null ? "" : " (the decoder lacks " + missing + ")";
  }
}
