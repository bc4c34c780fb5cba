package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.PolicyHash;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.StoredTensor;
import io.dpostream.policy.model.DecoderSlots.LayerSlot;
import io.dpostream.policy.model.DecoderSlots.ModelSlot;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.torch.NamedTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Maps Hugging Face's named tensors to their places in the list that the decoder program takes, and
 * to their shapes.
 *
 * @param slots tensor names by place in the program's list; empty where this model has no such
 *     tensor
 * @param shapes by name
 */
record WeightLayout(List<Optional<String>> slots, Map<String, List<Long>> shapes) {
  /** The head of a reward model. */
  static final String SCORE = "score.weight";

  /** The head of a language model; absent where it is the embedding. */
  static final String HEAD = "lm_head.weight";

  static final String EMBEDDING = "model.embed_tokens.weight";

  static WeightLayout of(ModelConfig config) {
    return new Builder(config).build();
  }

  /** The names a checkpoint must have, sorted. */
  TreeSet<String> names() {
    return new TreeSet<>(shapes.keySet());
  }

  List<Long> shape(String name) {
    return Objects.requireNonNull(shapes.get(name), name);
  }

  /** Number of parameters. */
  long parameters() {
    return shapes.values().stream().mapToLong(NamedTensor::elements).sum();
  }

  /** Name of a layer's projection, such as {@code q_proj} of layer 3. */
  String projection(int layer, String module) {
    String part = "model.layers." + layer + ".";
    return names().stream()
        .filter(name -> name.startsWith(part) && name.endsWith("." + module + ".weight"))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(part + " has no " + module));
  }

  /**
   * Hashes the tensors of a file that belong to the model.
   *
   * @param others by name; they replace the file's
   */
  String sha256(Safetensors file, Map<String, NamedTensor> others) {
    return PolicyHash.of(
        names().stream()
            .map(name -> others.getOrDefault(name, new StoredTensor(file, name)))
            .toList());
  }

  /** Whether a stored tensor outside the layout can be ignored. */
  private static boolean isRedundant(String name) {
    return name.endsWith("rotary_emb.inv_freq") || name.equals(HEAD);
  }

  /**
   * Checks a file's headers against the model.
   *
   * @param elsewhere names of tensors that the file need not have
   * @throws CheckpointException if a tensor is missing, has another shape, or is not of the model
   */
  void check(Safetensors file, Set<String> elsewhere) {
    shapes.forEach(
        (name, expected) -> {
          boolean there = file.has(name) || !elsewhere.contains(name);
          if (there && !file.shape(name).equals(expected)) {
            throw new CheckpointException(
                file.source(),
                "tensor "
                    + name
                    + " has shape "
                    + file.shape(name)
                    + " where config.json asks for "
                    + expected);
          }
        });
    for (String name : file.names()) {
      if (!shapes.containsKey(name) && !isRedundant(name)) {
        throw new CheckpointException(
            file.source(),
            "tensor " + name + " does not belong to the model that config.json describes");
      }
    }
  }

  private static final class Builder {
    private final ModelConfig config;
    private final Map<String, List<Long>> shapes = new TreeMap<>();
    private final List<Optional<String>> slots;

    Builder(ModelConfig config) {
      this.config = config;
      this.slots =
          new ArrayList<>(
              Collections.nCopies(
                  DecoderSlots.weights(config.numHiddenLayers()), Optional.empty()));
    }

    WeightLayout build() {
      long vocab = config.vocabSize();
      long hidden = config.hiddenSize();
      put(ModelSlot.EMBEDDING, EMBEDDING, vocab, hidden);
      put(ModelSlot.FINAL_NORM, "model.norm.weight", hidden);
      if (config.head() == Head.SEQUENCE_CLASSIFICATION) {
        put(ModelSlot.HEAD, SCORE, 1, hidden);
      } else if (config.separateHead()) {
        put(ModelSlot.HEAD, HEAD, vocab, hidden);
      } else {
        slots.set(ModelSlot.HEAD.place(), slots.get(ModelSlot.EMBEDDING.place()));
      }
      for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
        layer(layer);
      }
      return new WeightLayout(List.copyOf(slots), Map.copyOf(shapes));
    }

    private void layer(int layer) {
      String prefix = "model.layers." + layer + ".";
      long hidden = config.hiddenSize();
      long inner = config.intermediateSize();
      long queries = (long) config.numAttentionHeads() * config.headDim();
      long keys = (long) config.numKeyValueHeads() * config.headDim();
      String attention = prefix + "self_attn.";
      put(LayerSlot.INPUT_NORM, layer, prefix + "input_layernorm.weight", hidden);
      put(LayerSlot.Q_WEIGHT, layer, attention + "q_proj.weight", queries, hidden);
      put(LayerSlot.K_WEIGHT, layer, attention + "k_proj.weight", keys, hidden);
      put(LayerSlot.V_WEIGHT, layer, attention + "v_proj.weight", keys, hidden);
      put(LayerSlot.O_WEIGHT, layer, attention + "o_proj.weight", hidden, queries);
      put(LayerSlot.POST_ATTENTION_NORM, layer, prefix + "post_attention_layernorm.weight", hidden);
      put(LayerSlot.GATE_WEIGHT, layer, prefix + "mlp.gate_proj.weight", inner, hidden);
      put(LayerSlot.UP_WEIGHT, layer, prefix + "mlp.up_proj.weight", inner, hidden);
      put(LayerSlot.DOWN_WEIGHT, layer, prefix + "mlp.down_proj.weight", hidden, inner);
      if (config.attentionBias()) {
        put(LayerSlot.Q_BIAS, layer, attention + "q_proj.bias", queries);
        put(LayerSlot.K_BIAS, layer, attention + "k_proj.bias", keys);
        put(LayerSlot.V_BIAS, layer, attention + "v_proj.bias", keys);
      }
      if (config.outputBias()) {
        put(LayerSlot.O_BIAS, layer, attention + "o_proj.bias", hidden);
      }
      if (config.qkNorm()) {
        put(LayerSlot.Q_NORM, layer, attention + "q_norm.weight", config.headDim());
        put(LayerSlot.K_NORM, layer, attention + "k_norm.weight", config.headDim());
      }
    }

    private void put(ModelSlot slot, String name, long... shape) {
      put(slot.place(), name, shape);
    }

    private void put(LayerSlot slot, int layer, String name, long... shape) {
      put(slot.place(layer), name, shape);
    }

    private void put(int slot, String name, long... shape) {
      shapes.put(name, Arrays.stream(shape).boxed().toList());
      slots.set(slot, Optional.of(name));
    }
  }
}
