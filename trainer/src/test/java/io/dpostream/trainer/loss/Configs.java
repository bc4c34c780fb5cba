package io.dpostream.trainer.loss;

import io.dpostream.trainer.Records;
import java.util.List;
import java.util.Optional;

/** Configurations for tests, one change at a time. */
final class Configs {
  private Configs() {}

  static LossConfig of(String... types) {
    return Records.with(LossConfig.defaults(), "lossType", List.of(types));
  }

  static LossConfig weights(LossConfig c, Double... weights) {
    return Records.with(c, "lossWeights", List.of(weights));
  }

  static LossConfig divergence(LossConfig c, String type, double alpha) {
    return Records.with(c, "fDivergenceType", type, "fAlphaDivergenceCoef", alpha);
  }

  static LossConfig modified(
      LossConfig c, Optional<Double> ldAlpha, boolean weighting, boolean clamp, double sftWeight) {
    return Records.with(
        c,
        "ldAlpha",
        ldAlpha,
        "useWeighting",
        weighting,
        "weightingClamp",
        clamp,
        "sftWeight",
        sftWeight);
  }

  static LossConfig simpoGamma(LossConfig c, double gamma) {
    return Records.with(c, "simpoGamma", gamma);
  }

  /** Every loss with the label smoothing that it needs; {@code sft} excepted. */
  static List<LossConfig> everyLoss() {
    return Losses.names().stream()
        .filter(name -> !name.equals("sft"))
        .map(
            name -> {
              boolean smoothed = Losses.using(LossOption.LABEL_SMOOTHING).contains(name);
              return smoothed ? of(name).withLabelSmoothing(0.1) : of(name);
            })
        .toList();
  }
}
