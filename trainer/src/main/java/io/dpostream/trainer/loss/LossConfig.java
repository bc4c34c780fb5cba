package io.dpostream.trainer.loss;

import java.util.List;
import java.util.Optional;

/**
 * Which losses are trained and how; the components carry TRL's names where TRL has them.
 *
 * @param lossType identifiers of the losses, see {@link Losses#names}
 * @param lossWeights one weight a loss; empty for 1 each
 * @param beta strength of the tie to the reference, &gt; 0
 * @param labelSmoothing ε, probability that a label is wrong
 * @param fDivergenceType reverse_kl, forward_kl, js_divergence or alpha_divergence
 * @param fAlphaDivergenceCoef α of alpha_divergence
 * @param ldAlpha LD-DPO's α in [0, 1], if used
 * @param useWeighting WPO
 * @param weightingClamp WPO's weight at most 1, as in its paper; false for TRL's
 * @param discopopTau temperature of discopop
 * @param simpoGamma target margin γ of simpo
 * @param dpopLambda λ of dpop
 * @param lengthAlpha α of length_reg
 * @param odpoAlpha α of odpo
 * @param madpoTau threshold τ of madpo
 * @param madpoLambda slope λ of madpo
 * @param madpoCMax amplification c_max of madpo, &gt; 1; c_min is its inverse
 * @param rpoScale scale s of rpo_sq's reward margin
 * @param sftWeight weight of the chosen completion's negative log-likelihood, a mean over its
 *     tokens
 */
public record LossConfig(
    List<String> lossType,
    List<Double> lossWeights,
    double beta,
    double labelSmoothing,
    String fDivergenceType,
    double fAlphaDivergenceCoef,
    Optional<Double> ldAlpha,
    boolean useWeighting,
    boolean weightingClamp,
    double discopopTau,
    double simpoGamma,
    double dpopLambda,
    double lengthAlpha,
    double odpoAlpha,
    double madpoTau,
    double madpoLambda,
    double madpoCMax,
    double rpoScale,
    double sftWeight) {

  /** DPO with TRL's defaults. */
  public static LossConfig defaults() {
    return new LossConfig(
        List.of("sigmoid"),
        List.of(),
        0.1,
        0,
        "reverse_kl",
        0.5,
        Optional.empty(),
        false,
        true,
        /* discopopTau= */ 0.05,
        /* simpoGamma= */ 0.5,
        /* dpopLambda= */ 50,
        /* lengthAlpha= */ 0.01,
        /* odpoAlpha= */ 1,
        /* madpoTau= */ 6.9,
        /* madpoLambda= */ 1,
        /* madpoCMax= */ 2,
        /* rpoScale= */ 1,
        /* sftWeight= */ 0);
  }

  public LossConfig {
    lossType = List.copyOf(lossType);
    lossWeights = List.copyOf(lossWeights);
  }

  /** This configuration with another ε. */
  public LossConfig withLabelSmoothing(double smoothing) {
    return new LossConfig(
        lossType,
        lossWeights,
        beta,
        smoothing,
        fDivergenceType,
        fAlphaDivergenceCoef,
        ldAlpha,
        useWeighting,
        weightingClamp,
        discopopTau,
        simpoGamma,
        dpopLambda,
        lengthAlpha,
        odpoAlpha,
        madpoTau,
        madpoLambda,
        madpoCMax,
        rpoScale,
        sftWeight);
  }
}
