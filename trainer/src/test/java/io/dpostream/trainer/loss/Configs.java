package io.dpostream.trainer.loss;

import java.util.List;
import java.util.Optional;

/** Configurations for tests, one change at a time. */
final class Configs {
  private Configs() {}

  static LossConfig of(String... types) {
    LossConfig d = LossConfig.defaults();
    return new LossConfig(
        List.of(types),
        d.lossWeights(),
        d.beta(),
        d.labelSmoothing(),
        d.fDivergenceType(),
        d.fAlphaDivergenceCoef(),
        d.ldAlpha(),
        d.useWeighting(),
        d.weightingClamp(),
        d.discopopTau(),
        d.simpoGamma(),
        d.dpopLambda(),
        d.lengthAlpha(),
        d.odpoAlpha(),
        d.madpoTau(),
        d.madpoLambda(),
        d.rpoScale(),
        d.sftWeight());
  }

  static LossConfig weights(LossConfig c, Double... weights) {
    return new LossConfig(
        c.lossType(),
        List.of(weights),
        c.beta(),
        c.labelSmoothing(),
        c.fDivergenceType(),
        c.fAlphaDivergenceCoef(),
        c.ldAlpha(),
        c.useWeighting(),
        c.weightingClamp(),
        c.discopopTau(),
        c.simpoGamma(),
        c.dpopLambda(),
        c.lengthAlpha(),
        c.odpoAlpha(),
        c.madpoTau(),
        c.madpoLambda(),
        c.rpoScale(),
        c.sftWeight());
  }

  static LossConfig divergence(LossConfig c, String type, double alpha) {
    return new LossConfig(
        c.lossType(),
        c.lossWeights(),
        c.beta(),
        c.labelSmoothing(),
        type,
        alpha,
        c.ldAlpha(),
        c.useWeighting(),
        c.weightingClamp(),
        c.discopopTau(),
        c.simpoGamma(),
        c.dpopLambda(),
        c.lengthAlpha(),
        c.odpoAlpha(),
        c.madpoTau(),
        c.madpoLambda(),
        c.rpoScale(),
        c.sftWeight());
  }

  static LossConfig modified(
      LossConfig c, Optional<Double> ldAlpha, boolean weighting, boolean clamp, double sftWeight) {
    return new LossConfig(
        c.lossType(),
        c.lossWeights(),
        c.beta(),
        c.labelSmoothing(),
        c.fDivergenceType(),
        c.fAlphaDivergenceCoef(),
        ldAlpha,
        weighting,
        clamp,
        c.discopopTau(),
        c.simpoGamma(),
        c.dpopLambda(),
        c.lengthAlpha(),
        c.odpoAlpha(),
        c.madpoTau(),
        c.madpoLambda(),
        c.rpoScale(),
        sftWeight);
  }

  static LossConfig simpoGamma(LossConfig c, double gamma) {
    return new LossConfig(
        c.lossType(),
        c.lossWeights(),
        c.beta(),
        c.labelSmoothing(),
        c.fDivergenceType(),
        c.fAlphaDivergenceCoef(),
        c.ldAlpha(),
        c.useWeighting(),
        c.weightingClamp(),
        c.discopopTau(),
        gamma,
        c.dpopLambda(),
        c.lengthAlpha(),
        c.odpoAlpha(),
        c.madpoTau(),
        c.madpoLambda(),
        c.rpoScale(),
        c.sftWeight());
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
