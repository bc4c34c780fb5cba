package io.dpostream.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads and writes the rotary embedding's part of {@code config.json}: {@code rope_scaling} and
 * {@code rope_theta}, as transformers wrote them up to version 4, or {@code rope_parameters}, which
 * holds both. Where both are there the former counts, as in transformers.
 */
final class RopeScalingJson {
  /** The keys that each type reads; a key outside would be ignored, here as in transformers. */
  private static final Map<String, Set<String>> KEYS =
      Map.of(
          "default", Set.of(),
          "linear", Set.of("factor"),
          "dynamic", Set.of("factor"),
          "llama3",
              Set.of(
                  "factor",
                  "low_freq_factor",
                  "high_freq_factor",
                  "original_max_position_embeddings"),
          "yarn",
              Set.of(
                  "factor",
                  "original_max_position_embeddings",
                  "attention_factor",
                  "beta_fast",
                  "beta_slow",
                  "mscale",
                  "mscale_all_dim",
                  "truncate"));

  private static final Set<String> COMMON =
      Set.of("rope_type", "type", "rope_theta", "partial_rotary_factor", "finetuned");

  private final Path file;
  private final JsonNode root;
  private final String name;
  private final JsonNode section;

  RopeScalingJson(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
    this.name = isGiven(root.path("rope_scaling")) ? "rope_scaling" : "rope_parameters";
    this.section = root.path(name);
  }

  private static boolean isGiven(JsonNode node) {
    return !node.isMissingNode() && !node.isNull() && !(node.isObject() && node.isEmpty());
  }

  /** Reads {@code rope_theta}: the section's, the file's, or 10,000. */
  double theta() {
    return number(section, "rope_theta", number(root, "rope_theta", 10_000));
  }

  /**
   * Reads the scaling.
   *
   * @param maxPositions {@code max_position_embeddings}
   */
  RopeScaling scaling(int maxPositions) {
    if (isGiven(section) && !section.isObject()) {
      throw new CheckpointException(file, name + " is not an object; correct the file");
    }
    String type = section.path("rope_type").asText(section.path("type").asText("default"));
    checkKeys(type);
    return switch (type) {
      case "linear" -> new RopeScaling.Linear(required("factor"));
      case "dynamic" -> new RopeScaling.Dynamic(required("factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
              required("factor"),
              required("low_freq_factor"),
              required("high_freq_factor"),
              originalMaxPositions(maxPositions));
      case "yarn" -> yarn(maxPositions);
      default -> new RopeScaling.None();
    };
  }

  private void checkKeys(String type) {
    Set<String> keys = KEYS.get(type);
    if (keys == null) {
      throw new CheckpointException(
          file,
          "%s: rope_type '%s' is not supported; supported: %s"
              .formatted(name, type, String.join(", ", new TreeSet<>(KEYS.keySet()))));
    }
    for (Map.Entry<String, JsonNode> field : section.properties()) {
      String key = field.getKey();
      if (!keys.contains(key) && !COMMON.contains(key) && !field.getValue().isNull()) {
        throw new CheckpointException(
            file,
            "%s.%s is not supported with rope_type '%s'; remove it if the model was made without it"
                .formatted(name, key, type));
      }
    }
    for (JsonNode holder : new JsonNode[] {root, section}) {
      if (number(holder, "partial_rotary_factor", 1) != 1) {
        throw new CheckpointException(
            file,
            "partial_rotary_factor '%s' is not supported; supported: 1"
                .formatted(holder.path("partial_rotary_factor")));
      }
    }
  }

  private RopeScaling yarn(int maxPositions) {
    double factor = required("factor");
    double mscale = number(section, "mscale", 0);
    double allDim = number(section, "mscale_all_dim", 0);
    double inferred =
        mscale != 0 && allDim != 0
            ? RopeScaling.Yarn.mscale(factor, mscale) / RopeScaling.Yarn.mscale(factor, allDim)
            : RopeScaling.Yarn.mscale(factor, 1);
    double betaFast = number(section, "beta_fast", 0);
    double betaSlow = number(section, "beta_slow", 0);
    return new RopeScaling.Yarn(
        factor,
        originalMaxPositions(maxPositions),
        number(section, "attention_factor", inferred),
        betaFast == 0 ? 32 : betaFast,
        betaSlow == 0 ? 1 : betaSlow,
        section.path("truncate").asBoolean(true));
  }

  /** A number beside the section counts before the one in it, as in transformers. */
  private int originalMaxPositions(int maxPositions) {
    String key = "original_max_position_embeddings";
    double original = number(root, key, number(section, key, maxPositions));
    if (original != Math.rint(original) || Math.abs(original) > Integer.MAX_VALUE) {
      throw new CheckpointException(file, key + " '" + original + "' is not a whole number");
    }
    return (int) original;
  }

  private double required(String key) {
    if (!section.path(key).isNumber()) {
      throw new CheckpointException(file, name + " has no number " + key + "; add it");
    }
    return number(section, key, 0);
  }

  private double number(JsonNode holder, String key, double fallback) {
    JsonNode node = holder.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return fallback;
    }
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw new CheckpointException(
          file, key + " '" + node + "' is not supported; supported: a number");
    }
    return node.doubleValue();
  }

  /** Adds the base and the scaling to a configuration, in the layout of transformers 4. */
  static void write(ObjectNode json, double theta, RopeScaling scaling) {
    json.put("rope_theta", theta);
    if (scaling instanceof RopeScaling.Linear linear) {
      typed(json, "linear").put("factor", linear.factor());
    } else if (scaling instanceof RopeScaling.Dynamic dynamic) {
      typed(json, "dynamic").put("factor", dynamic.factor());
    } else if (scaling instanceof RopeScaling.Yarn yarn) {
      typed(json, "yarn")
          .put("factor", yarn.factor())
          .put("original_max_position_embeddings", yarn.originalMaxPositions())
          .put("attention_factor", yarn.attentionFactor())
          .put("beta_fast", yarn.betaFast())
          .put("beta_slow", yarn.betaSlow())
          .put("truncate", yarn.truncate());
    } else if (scaling instanceof RopeScaling.Llama3 llama3) {
      typed(json, "llama3")
          .put("factor", llama3.factor())
          .put("low_freq_factor", llama3.lowFreqFactor())
          .put("high_freq_factor", llama3.highFreqFactor())
          .put("original_max_position_embeddings", llama3.originalMaxPositions());
    }
  }

  private static ObjectNode typed(ObjectNode json, String type) {
    return json.putObject("rope_scaling").put("rope_type", type);
  }
}
