package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.PolicyHash;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.StoredTensor;
import io.dpostream.policy.model.ModelConfig.Head;
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
 * Where Hugging Face's named tensors stand in the list that the decoder program takes, and which
 * shapes they have.
 *
 * @param slots by place in the program's list: the tensor's name, or none where this model has none
 * @param shapes by name
 */
record WeightLayout(List<Optional<String>> slots, Map<String, List<Long>> shapes) {
  private static final int HEADER_SLOTS = 4;
  private static final int LAYER_SLOTS = 15;
  private static final int HEAD = 2;
  static final int ROTARY_FREQUENCIES = 3;

  /** The head of a reward model. */
  static final String SCORE = "score.weight";

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

  /** Name of a layer's projection, such as {@code q_proj} of layer 3. */
  String projection(int layer, String module) {
    String part = "model.layers." + layer + ".";
    return names().stream()
        .filter(name -> name.startsWith(part) && name.endsWith("." + module + ".weight"))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(part + " has no " + module));
  }

  /** The hash of those tensors of a file that make the model. */
  String sha256(Safetensors file) {
    return PolicyHash.of(names().stream().map(name -> new StoredTensor(file, name)).toList());
  }

  /** Whether a stored tensor that is not in the layout carries nothing of the model. */
  private static boolean isRedundant(String name) {
    return name.endsWith("rotary_emb.inv_freq") || name.equals("lm_head.weight");
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
          if (!elsewhere.contains(name) && !file.shape(name).equals(expected)) {
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
            file.source(), "tensor " + name + " has no place in the model of config.json");
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
                  HEADER_SLOTS + LAYER_SLOTS * config.numHiddenLayers(), Optional.empty()));
    }

    WeightLayout build() {
      long vocab = config.vocabSize();
      long hidden = config.hiddenSize();
      put(0, "model.embed_tokens.weight", vocab, hidden);
      put(1, "model.norm.weight", hidden);
      if (config.head() == Head.SEQUENCE_CLASSIFICATION) {
        put(HEAD, SCORE, 1, hidden);
      } else if (config.separateHead()) {
        put(HEAD, "lm_head.weight", vocab, hidden);
      } else {
        slots.set(HEAD, slots.get(0));
      }
      for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
        layer(HEADER_SLOTS + LAYER_SLOTS * layer, "model.layers." + layer + ".");
      }
      return new WeightLayout(List.copyOf(slots), Map.copyOf(shapes));
    }

    private void layer(int at, String prefix) {
      long hidden = config.hiddenSize();
      long inner = config.intermediateSize();
      long queries = (long) config.numAttentionHeads() * config.headDim();
      long keys = (long) config.numKeyValueHeads() * config.headDim();
      String attention = prefix + "self_attn.";
      put(at, prefix + "input_layernorm.weight", hidden);
      put(at + 1, attention + "q_proj.weight", queries, hidden);
      put(at + 2, attention + "k_proj.weight", keys, hidden);
      put(at + 3, attention + "v_proj.weight", keys, hidden);
      put(at + 4, attention + "o_proj.weight", hidden, queries);
      put(at + 5, prefix + "post_attention_layernorm.weight", hidden);
      put(at + 6, prefix + "mlp.gate_proj.weight", inner, hidden);
      put(at + 7, prefix + "mlp.up_proj.weight", inner, hidden);
      put(at + 8, prefix + "mlp.down_proj.weight", hidden, inner);
      if (config.attentionBias()) {
        put(at + 9, attention + "q_proj.bias", queries);
        put(at + 10, attention + "k_proj.bias", keys);
        put(at + 11, attention + "v_proj.bias", keys);
      }
      if (config.outputBias()) {
        put(at + 12, attention + "o_proj.bias", hidden);
      }
      if (config.qkNorm()) {
        put(at + 13, attention + "q_norm.weight", config.headDim());
        put(at + 14, attention + "k_norm.weight", config.headDim());
      }
    }

    private void put(int slot, String name, long... shape) {
      shapes.put(name, Arrays.stream(shape).boxed().toList());
      slots.set(slot, Optional.of(name));
    }
  }
}
