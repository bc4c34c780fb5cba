package io.dpostream.policy.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.JsonFiles;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Reads and writes {@code config.json}. Rejects a field or value that would otherwise be ignored.
 */
final class ModelConfigJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final JsonNode root;

  private ModelConfigJson(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  static ModelConfig read(Path file) {
    try {
      JsonNode root = JSON.readTree(Files.readString(file));
      if (root == null || !root.isObject()) {
        throw new CheckpointException(file, "not a JSON object; give a Hugging Face config.json");
      }
      return new ModelConfigJson(file, root).parse();
    } catch (NoSuchFileException e) {
      throw new CheckpointException(
          file, "no such file; a model folder needs Hugging Face's config.json", e);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file, "malformed JSON: " + JsonFiles.problem(e) + "; restore the file", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, e.getMessage() + "; correct the file", e);
    }
  }

  private ModelConfig parse() {
    Family family = family();
    ClassDefaults defaults = ClassDefaults.of(family);
    Head head = head(family);
    refuseUnsupported();
    int hidden = requiredInt("hidden_size");
    int heads = requiredInt("num_attention_heads");
    int layers = requiredInt("num_hidden_layers");
    int maxPositions = optionalInt("max_position_embeddings").orElse(defaults.maxPositions());
    RopeScalingJson rope = new RopeScalingJson(file, root);
    return new ModelConfig(
        family,
        head,
        requiredInt("vocab_size"),
        hidden,
        requiredInt("intermediate_size"),
        layers,
        heads,
        optionalInt("num_key_value_heads").orElse(heads),
        optionalInt("head_dim").orElse(heads > 0 ? hidden / heads : 0),
        maxPositions,
        number("rms_norm_eps", 1e-6),
        rope.theta(),
        rope.scaling(maxPositions),
        flag("tie_word_embeddings", false),
        flag("attention_bias", family == Family.QWEN2),
        slidingWindow(family, defaults, layers),
        optionalInt("bos_token_id"),
        intList("eos_token_id"),
        padTokenId(),
        root.path("torch_dtype").asText(root.path("dtype").asText("float32")));
  }

  private Family family() {
    String type = root.path("model_type").asText("");
    return Arrays.stream(Family.values())
        .filter(f -> f.modelType().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    file,
                    "model_type '%s' is not supported%s; supported: %s"
                        .formatted(type, OtherFamilies.missing(type), supportedTypes())));
  }

  private Head head(Family family) {
    JsonNode architectures = root.path("architectures");
    if (architectures.isMissingNode() || architectures.isNull()) {
      return Head.CAUSAL_LM;
    }
    JsonNode named = architectures.path(0);
    if (!named.isTextual()) {
      throw unsupported(
          "architectures", architectures.toString(), "a list such as [\"LlamaForCausalLM\"]");
    }
    return Arrays.stream(Head.values())
        .filter(h -> family.architecture(h).equals(named.asText()))
        .findFirst()
        .orElseThrow(
            () ->
                unsupported("architectures", named.asText(), family.architecture(Head.CAUSAL_LM)));
  }

  private void refuseUnsupported() {
    String activation = root.path("hidden_act").asText("silu");
    if (!activation.equals("silu")) {
      throw unsupported("hidden_act", activation, "silu");
    }
    if (flag("mlp_bias", false)) {
      throw unsupported("mlp_bias", "true", "false");
    }
    if (root.hasNonNull("quantization_config")) {
      throw unsupported("quantization_config", "present", "unquantized weights");
    }
  }

  private Optional<SlidingWindow> slidingWindow(Family family, ClassDefaults defaults, int layers) {
    boolean qwen = family == Family.QWEN2 || family == Family.QWEN3;
    boolean decided = root.has("sliding_window") || isOfAnEarlierRelease(family);
    OptionalInt size = decided ? optionalInt("sliding_window") : defaults.slidingWindow();
    if (size.isEmpty() || (qwen && !flag("use_sliding_window", false))) {
      return Optional.empty();
    }
    JsonNode types = root.path("layer_types");
    int first = qwen ? root.path("max_window_layers").asInt(28) : 0;
    for (int layer = 0; layer < types.size(); layer++) {
      String expected = layer < first ? "full_attention" : "sliding_attention";
      if (!types.get(layer).asText().equals(expected)) {
        throw unsupported("layer_types", types.get(layer).asText(), expected + " at " + layer);
      }
    }
    return first >= layers
        ? Optional.empty()
        : Optional.of(new SlidingWindow(size.getAsInt(), first));
  }

  /**
   * Recognizes a version that release 0.1 has written: it left the key out where there was no
   * window. Mistral's own files have no {@code attention_bias}, and name transformers' version.
   */
  private boolean isOfAnEarlierRelease(Family family) {
    return family == Family.MISTRAL
        && root.has("attention_bias")
        && root.has("head_dim")
        && !root.has("transformers_version");
  }

  private int requiredInt(String key) {
    return optionalInt(key)
        .orElseThrow(() -> new CheckpointException(file, "no " + key + "; add it"));
  }

  private OptionalInt optionalInt(String key) {
    JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return OptionalInt.empty();
    }
    if (!node.canConvertToInt() || !node.isIntegralNumber()) {
      throw unsupported(key, node.toString(), "a whole number");
    }
    return OptionalInt.of(node.intValue());
  }

  private List<Integer> intList(String key) {
    JsonNode node = root.path(key);
    if (!node.isArray()) {
      return optionalInt(key).stream().boxed().toList();
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : node) {
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw unsupported(key, node.toString(), "a whole number, or a list of them");
      }
      ids.add(id.intValue());
    }
    return ids;
  }

  /** The first Llama models were published with -1 for a padding token that they lack. */
  private OptionalInt padTokenId() {
    OptionalInt id = optionalInt("pad_token_id");
    return id.equals(OptionalInt.of(-1)) ? OptionalInt.empty() : id;
  }

  private boolean flag(String key, boolean fallback) {
    JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return fallback;
    }
    if (!node.isBoolean()) {
      throw unsupported(key, node.toString(), "true, false");
    }
    return node.booleanValue();
  }

  private double number(String key, double fallback) {
    JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return fallback;
    }
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw unsupported(key, node.toString(), "a number");
    }
    return node.doubleValue();
  }

  private CheckpointException unsupported(String key, String value, String supported) {
    return new CheckpointException(
        file, key + " '" + value + "' is not supported; supported: " + supported);
  }

  private static String supportedTypes() {
    return Arrays.stream(Family.values()).map(Family::modelType).collect(Collectors.joining(", "));
  }

  /** The file's text, in the layout of transformers 4. */
  static String write(ModelConfig config) {
    ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add(config.family().architecture(config.head()));
    json.put("model_type", config.family().modelType());
    json.put("vocab_size", config.vocabSize());
    json.put("hidden_size", config.hiddenSize());
    json.put("intermediate_size", config.intermediateSize());
    json.put("num_hidden_layers", config.numHiddenLayers());
    json.put("num_attention_heads", config.numAttentionHeads());
    json.put("num_key_value_heads", config.numKeyValueHeads());
    json.put("head_dim", config.headDim());
    json.put("hidden_act", "silu");
    json.put("max_position_embeddings", config.maxPositionEmbeddings());
    json.put("rms_norm_eps", config.rmsNormEps());
    RopeScalingJson.write(json, config.ropeTheta(), config.ropeScaling());
    json.put("tie_word_embeddings", config.tieWordEmbeddings());
    json.put("attention_bias", config.attentionBias());
    config
        .slidingWindow()
        .ifPresentOrElse(
            window -> {
              json.put("use_sliding_window", true);
              json.put("sliding_window", window.size());
              json.put("max_window_layers", window.firstLayer());
            },
            () -> json.putNull("sliding_window")); // where it lacks, the class has one
    if (config.head() == Head.SEQUENCE_CLASSIFICATION) {
      json.put("num_labels", 1);
      json.putObject("id2label").put("0", "LABEL_0");
      json.putObject("label2id").put("LABEL_0", 0);
    }
    config.bosTokenId().ifPresent(id -> json.put("bos_token_id", id));
    if (config.eosTokenIds().size() == 1) {
      json.put("eos_token_id", config.eosTokenIds().get(0));
    } else if (!config.eosTokenIds().isEmpty()) {
      config.eosTokenIds().forEach(json.putArray("eos_token_id")::add);
    }
    config.padTokenId().ifPresent(id -> json.put("pad_token_id", id));
    json.put("torch_dtype", config.torchDtype());
    return json.toPrettyString() + "\n";
  }
}
