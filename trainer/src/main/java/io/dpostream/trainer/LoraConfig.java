package io.dpostream.trainer;

import io.dpostream.policy.model.LoraTargets;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.List;
import java.util.Optional;

/** Whether all weights are trained or adapters beside them. */
public record LoraConfig(
    @Doc("Rank of LoRA adapters; 0 trains all weights.") @Default("0") int loraR,
    @Doc("Adapters count by `lora_alpha / lora_r`; above 0.") @Default(LoraConfig.ALPHA + "")
        double loraAlpha,
    @Doc(
            "Chance that an adapter in training does not see a number of its input, in [0, 1);"
                + " drawn from `seed`, step and pair.")
        @Default("0")
        double loraDropout,
    @Doc(
            "Adapted projections: `all-linear`, ends of Hugging Face's names such as `q_proj`, or"
                + " regular expressions of full names; `q_proj` and `v_proj` when empty.")
        List<String> loraTargetModules,
    @Doc(
            "Publishes and saves adapters alone, which name the model that they belong to, in place of"
                + " whole models with the adapters merged.")
        @Default("false")
        boolean publishAdaptersAlone) {

  private static final double ALPHA = 16;

  public LoraConfig {
    loraTargetModules = List.copyOf(loraTargetModules);
    Require.atLeast("lora_r", loraR, 0);
    Require.above("lora_alpha", loraAlpha, 0);
    Require.atLeastAndBelow("lora_dropout", loraDropout, 0, 1);
    Require.that(
        loraR > 0 || loraDropout == 0,
        "lora_dropout",
        loraDropout,
        "has no effect without lora_r; leave it out");
    Require.that(
        loraR > 0 || loraAlpha == ALPHA,
        "lora_alpha",
        loraAlpha,
        "has no effect without lora_r; leave it out");
    for (String name : loraTargetModules) {
      Optional<String> problem = LoraTargets.problem(name);
      Require.that(problem.isEmpty(), "lora_target_modules", name, problem.orElse(""));
    }
    Require.that(
        loraR > 0 || loraTargetModules.isEmpty(),
        "lora_target_modules",
        loraTargetModules,
        "has no effect without lora_r; leave it out");
    Require.that(
        loraR > 0 || !publishAdaptersAlone,
        "publish_adapters_alone",
        publishAdaptersAlone,
        "has no effect without lora_r; leave it out");
  }

  /** Whether adapters are trained instead of all weights. */
  public boolean isOn() {
    return loraR > 0;
  }
}
