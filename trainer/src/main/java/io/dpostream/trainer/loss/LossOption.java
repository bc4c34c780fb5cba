package io.dpostream.trainer.loss;

import io.dpostream.settings.Require;
import io.dpostream.trainer.loss.LossConfig.DivergenceType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.Function;

/**
 * An option that only some losses use. A value other than the default that no chosen loss uses is
 * refused: an accepted option has an effect.
 */
enum LossOption {
  LABEL_SMOOTHING("label_smoothing", LossConfig::labelSmoothing, e -> e >= 0 && e <= 0.5),
  F_DIVERGENCE_TYPE("f_divergence_type", LossConfig::fDivergenceType),
  USE_WEIGHTING("use_weighting", LossConfig::useWeighting),
  DISCOPOP_TAU("discopop_tau", LossConfig::discopopTau, tau -> tau > 0),
  SIMPO_GAMMA("simpo_gamma", LossConfig::simpoGamma, gamma -> gamma >= 0),
  DPOP_LAMBDA("dpop_lambda", LossConfig::dpopLambda, lambda -> lambda >= 0),
  LENGTH_ALPHA("length_alpha", LossConfig::lengthAlpha, alpha -> alpha >= 0),
  ODPO_ALPHA("odpo_alpha", LossConfig::odpoAlpha, alpha -> alpha >= 0),
  MADPO_TAU("madpo_tau", LossConfig::madpoTau, tau -> tau >= 0),
  MADPO_LAMBDA("madpo_lambda", LossConfig::madpoLambda, lambda -> lambda >= 0),
  MADPO_CMAX("madpo_cmax", LossConfig::madpoCMax, c -> c > 1),
  RPO_SCALE("rpo_scale", LossConfig::rpoScale, scale -> scale > 0);

  private final String key;
  private final Function<LossConfig, Object> value;

  LossOption(String key, Function<LossConfig, Object> value) {
    this.key = key;
    this.value = value;
  }

  LossOption(String key, Function<LossConfig, Double> value, DoublePredicate valid) {
    this(
        key,
        config -> {
          double number = value.apply(config);
          range(key, number, valid.test(number));
          return number;
        });
  }

  /** The option of a key, if it is one. */
  static Optional<LossOption> of(String key) {
    return Arrays.stream(values()).filter(option -> option.key.equals(key)).findFirst();
  }

  /**
   * Refuses what the chosen losses cannot use.
   *
   * @param used the options of each chosen loss
   */
  static void check(LossConfig config, List<Set<LossOption>> used) {
    checkRanges(config);
    checkLosses(config);
    for (LossOption option : values()) {
      Object value = option.value.apply(config);
      if (!value.equals(option.value.apply(LossConfig.defaults()))) {
        option.checkUsed(config, value, used);
      }
    }
    boolean alpha = config.fDivergenceType() == DivergenceType.ALPHA_DIVERGENCE;
    refuseIf(
        !alpha && config.fAlphaDivergenceCoef() != LossConfig.defaults().fAlphaDivergenceCoef(),
        "f_alpha_divergence_coef",
        config.fAlphaDivergenceCoef(),
        "is used by f_divergence_type alpha_divergence alone; leave it out");
    refuseIf(
        !config.useWeighting() && !config.weightingClamp(),
        "weighting_clamp",
        false,
        "has no effect without use_weighting; leave it out");
  }

  private void checkUsed(LossConfig config, Object value, List<Set<LossOption>> used) {
    // A divergence or a weighting changes every loss; the others are parameters of their own loss.
    boolean ofEvery = this == F_DIVERGENCE_TYPE || this == USE_WEIGHTING;
    boolean ok =
        ofEvery
            ? !used.isEmpty() && used.stream().allMatch(options -> options.contains(this))
            : used.stream().anyMatch(options -> options.contains(this));
    refuseIf(
        !ok,
        key,
        value,
        "is not used by loss_type "
            + String.join(", ", config.lossType())
            + "; leave it out or choose a loss that uses it: "
            + String.join(", ", Losses.using(this)));
  }

  private static void checkRanges(LossConfig config) {
    range("beta", config.beta(), config.beta() > 0);
    range("f_alpha_divergence_coef", config.fAlphaDivergenceCoef(), true);
    range("sft_weight", config.sftWeight(), config.sftWeight() >= 0);
    config.ldAlpha().ifPresent(alpha -> range("ld_alpha", alpha, alpha >= 0 && alpha <= 1));
    for (double weight : config.lossWeights()) {
      range("loss_weights", weight, true);
    }
  }

  private static void checkLosses(LossConfig config) {
    List<String> types = config.lossType();
    refuseIf(types.isEmpty(), "loss_type", types, "is empty; name a loss such as sigmoid");
    refuseIf(
        !config.lossWeights().isEmpty() && config.lossWeights().size() != types.size(),
        "loss_weights",
        config.lossWeights(),
        "does not have one weight for each of loss_type " + types);
    refuseIf(
        types.contains("robust") && config.labelSmoothing() == 0.5,
        "label_smoothing",
        config.labelSmoothing(),
        "leaves robust nothing to learn; take a value below 0.5");
    refuseIf(
        types.contains("exo_pair") && config.labelSmoothing() == 0,
        "label_smoothing",
        config.labelSmoothing(),
        "is not enough for exo_pair, which takes its logarithm; take a value such as 0.001");
    List<String> others = new ArrayList<>(types);
    others.removeAll(List.of("plackett_luce", "sft"));
    refuseIf(
        types.contains("plackett_luce") && !others.isEmpty(),
        "loss_type",
        types,
        "mixes plackett_luce, which takes rankings, with losses of pairs; choose one of them");
  }

  private static void range(String key, double value, boolean valid) {
    refuseIf(
        !valid || !Double.isFinite(value), key, value, "is out of range; take " + expected(key));
  }

  private static void refuseIf(boolean refused, String key, Object value, String fix) {
    Require.that(!refused, key, value, fix);
  }

  private static String expected(String key) {
    return switch (key) {
      case "beta", "discopop_tau", "rpo_scale" -> "a value above 0";
      case "label_smoothing" -> "a value in [0, 0.5]";
      case "ld_alpha" -> "a value in [0, 1]";
      case "loss_weights" -> "a finite number";
      case "madpo_cmax" -> "a value above 1";
      default -> "a finite value of 0 or more";
    };
  }
}
