package io.dpostream.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Low-rank adapters (Hu et al. 2021): a target's weight W acts as {@code W + alpha / rank · B A}. B
 * begins as zeros, so that the model begins as its base; A is uniform in ±1/√in.
 *
 * @param rank rows of A and columns of B
 * @param alpha scale
 * @param targetModules of {@link #TARGETS}, at least one
 * @param seed of A's values
 */
public record Lora(int rank, double alpha, List<String> targetModules, long seed) {

  /** The projections that can have an adapter, in the order that the decoder program takes. */
  public static final List<String> TARGETS =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  private static final ObjectMapper JSON = new ObjectMapper();

  public Lora {
    if (rank < 1) {
      throw new IllegalArgumentException("lora_r: " + rank + " is not positive");
    }
    if (!(alpha > 0)) {
      throw new IllegalArgumentException("lora_alpha: " + alpha + " is not positive");
    }
    targetModules = List.copyOf(targetModules);
    if (targetModules.isEmpty()) {
      throw new IllegalArgumentException("lora_target_modules: none; name some of " + TARGETS);
    }
    for (String module : targetModules) {
      if (!TARGETS.contains(module)) {
        throw new IllegalArgumentException(
            "lora_target_modules: '" + module + "' is not one of " + TARGETS);
      }
    }
  }

  double scale() {
    return alpha / rank;
  }

  /**
   * The text of PEFT's {@code adapter_config.json}, which stands beside an {@code
   * adapter_model.safetensors} of {@link TrainableModel#parameters}.
   *
   * @param baseModel where the base is found, a path or a name
   */
  public String toPeftJson(String baseModel) {
    ObjectNode json = JSON.createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", baseModel);
    json.put("r", rank);
    json.put("lora_alpha", alpha);
    json.put("lora_dropout", 0.0);
    json.put("bias", "none");
    json.put("fan_in_fan_out", false);
    json.put("inference_mode", true);
    targetModules.forEach(json.putArray("target_modules")::add);
    return json.toPrettyString() + "\n";
  }
}
