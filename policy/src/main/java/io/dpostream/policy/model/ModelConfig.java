package io.dpostream.policy.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The shape of a decoder-only language model, as Hugging Face's {@code config.json} gives it.
 *
 * @param family which published architecture the tensor names and biases follow
 * @param head what is computed from the last hidden state
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the gated feed-forward layer
 * @param numHiddenLayers decoder layers
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key and value heads; divides {@code numAttentionHeads}
 * @param headDim width of one head; even
 * @param maxPositionEmbeddings longest sequence, in tokens, without stretching; see {@link
 *     #contextLength}
 * @param rmsNormEps epsilon inside the root-mean-square norm
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling how the rotary frequencies are stretched
 * @param tieWordEmbeddings whether the output head is the embedding itself
 * @param attentionBias whether projections of the attention have a bias; see {@link #outputBias}
 * @param slidingWindow layers that see only the most recent tokens, if any
 * @param bosTokenId the token that begins a sequence, if there is one
 * @param eosTokenIds the tokens that end a sequence
 * @param padTokenId the padding token, if there is one
 * @param torchDtype dtype of the stored tensors: float32, float16 or bfloat16
 */
public record ModelConfig(
    Family family,
    Head head,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    int maxPositionEmbeddings,
    double rmsNormEps,
    double ropeTheta,
    RopeScaling ropeScaling,
    boolean tieWordEmbeddings,
    boolean attentionBias,
    Optional<SlidingWindow> slidingWindow,
    OptionalInt bosTokenId,
    List<Integer> eosTokenIds,
    OptionalInt padTokenId,
    String torchDtype) {

  /** Far beyond any model; a number above is a mistake, and would only exhaust the memory. */
  private static final int MOST_LAYERS = 10_000;

  private static final int WIDEST = 1 << 24;

  /** The architectures that the one decoder serves; the constant's name is the model type. */
  public enum Family {
    LLAMA("Llama"),
    MISTRAL("Mistral"),
    QWEN2("Qwen2"),
    QWEN3("Qwen3");

    private final String prefix;

    Family(String prefix) {
      this.prefix = prefix;
    }

    /** {@code model_type} in config.json. */
    public String modelType() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The class name that config.json lists under {@code architectures}. */
    public String architecture(Head head) {
      return prefix + head.suffix;
    }
  }

  /** What a model computes from its last hidden state. */
  public enum Head {
    /** Next-token logits. */
    CAUSAL_LM("ForCausalLM"),
    /** One score a sequence, read at its last token: a reward model. */
    SEQUENCE_CLASSIFICATION("ForSequenceClassification");

    private final String suffix;

    Head(String suffix) {
      this.suffix = suffix;
    }
  }

  /**
   * Attention to recent tokens only: from layer {@code firstLayer} on, a token sees itself and the
   * {@code size - 1} tokens before it.
   */
  public record SlidingWindow(int size, int firstLayer) {
    public SlidingWindow {
      between("sliding_window", size, 1, Integer.MAX_VALUE);
    }
  }

  public ModelConfig {
    between("vocab_size", vocabSize, 1, WIDEST);
    between("hidden_size", hiddenSize, 1, WIDEST);
    between("intermediate_size", intermediateSize, 1, WIDEST);
    between("num_hidden_layers", numHiddenLayers, 1, MOST_LAYERS);
    between("num_attention_heads", numAttentionHeads, 1, WIDEST);
    between("num_key_value_heads", numKeyValueHeads, 1, WIDEST);
    between("head_dim", headDim, 1, WIDEST);
    between("max_position_embeddings", maxPositionEmbeddings, 1, Integer.MAX_VALUE);
    bosTokenId.ifPresent(id -> between("bos_token_id", id, 0, Integer.MAX_VALUE));
    padTokenId.ifPresent(id -> between("pad_token_id", id, 0, Integer.MAX_VALUE));
    eosTokenIds.forEach(id -> between("eos_token_id", id, 0, Integer.MAX_VALUE));
    if (numAttentionHeads % numKeyValueHeads != 0) {
      throw new IllegalArgumentException(
          "num_key_value_heads: "
              + numKeyValueHeads
              + " does not divide num_attention_heads "
              + numAttentionHeads);
    }
    if (headDim % 2 != 0) {
      throw new IllegalArgumentException(
          "head_dim: " + headDim + " is odd; rotary embeddings need pairs");
    }
    if (!(rmsNormEps >= 0)) {
      throw new IllegalArgumentException("rms_norm_eps: " + rmsNormEps + " is negative");
    }
    if (!(ropeTheta > 0)) {
      throw new IllegalArgumentException("rope_theta: " + ropeTheta + " is not positive");
    }
    if (!List.of("float32", "float16", "bfloat16").contains(torchDtype)) {
      throw new IllegalArgumentException(
          "torch_dtype: " + torchDtype + " is not one of float32, float16, bfloat16");
    }
    eosTokenIds = List.copyOf(eosTokenIds);
  }

  /** Whether queries and keys are normalized head by head before the rotation. */
  public boolean qkNorm() {
    return family == Family.QWEN3;
  }

  /** Whether the attention's output projection has a bias. Qwen2 has biases on q, k and v alone. */
  public boolean outputBias() {
    return attentionBias && family != Family.QWEN2;
  }

  /** Whether the head has weights of its own. */
  public boolean separateHead() {
    return head == Head.SEQUENCE_CLASSIFICATION || !tieWordEmbeddings;
  }

  /**
   * The longest sequence, in tokens, that is scored, trained on or written: {@code
   * maxPositionEmbeddings}, or more where YaRN stretches it. {@link RopeScaling.Dynamic} does not:
   * beyond, every token's probability would depend on how many tokens follow it, and one that was
   * written with cached keys would have another than one that is scored.
   */
  public int contextLength() {
    return ropeScaling.contextLength(maxPositionEmbeddings);
  }

  /** The rotary frequencies in a sequence of so many tokens, in radians per position. */
  double[] rotaryFrequencies(int length) {
    return ropeScaling.frequencies(
        new RopeScaling.Rotation(ropeTheta, headDim, maxPositionEmbeddings), length);
  }

  /** This model with another head; its other tensors are the same. */
  public ModelConfig withHead(Head newHead) {
    return with(newHead, padTokenId);
  }

  /** This model with another padding token. */
  public ModelConfig withPadToken(int id) {
    return with(head, OptionalInt.of(id));
  }

  private ModelConfig with(Head newHead, OptionalInt newPadTokenId) {
    return new ModelConfig(
        family,
        newHead,
        vocabSize,
        hiddenSize,
        intermediateSize,
        numHiddenLayers,
        numAttentionHeads,
        numKeyValueHeads,
        headDim,
        maxPositionEmbeddings,
        rmsNormEps,
        ropeTheta,
        ropeScaling,
        tieWordEmbeddings,
        attentionBias,
        slidingWindow,
        bosTokenId,
        eosTokenIds,
        newPadTokenId,
        torchDtype);
  }

  /** The text of a {@code config.json} that reads back as this configuration. */
  public String toJson() {
    return ModelConfigJson.write(this);
  }

  private static void between(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not between %d and %d".formatted(key, value, least, most));
    }
  }
}
