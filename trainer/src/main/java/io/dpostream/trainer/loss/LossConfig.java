package io.dpostream.trainer.loss;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.SettingsTree;
import java.util.List;
import java.util.Optional;

/** Which losses are trained and how; the keys carry TRL's names where TRL has them. */
public record LossConfig(
    @Doc("Identifiers of the losses, one or a list; several are added up.") @Default("[sigmoid]")
        List<String> lossType,
    @Doc("One weight for each loss; empty for 1 each.") List<Double> lossWeights,
    @Doc("Strength of the tie to the reference; above 0.") @Default("0.1") double beta,
    @Doc("Probability ε that a label is wrong, 0 to 0.5.") @Default("0") double labelSmoothing,
    @Doc(
            "Where ε comes from: `config`, or `judges`, which replaces `label_smoothing` as soon as"
                + " there is an estimate of how often labels are wrong.")
        @Default("config")
        LabelSmoothingSource labelSmoothingSource,
    @Doc("The divergence from the reference that is penalized.") @Default("reverse_kl")
        DivergenceType fDivergenceType,
    @Doc("α of `alpha_divergence`.") @Default("0.5") double fAlphaDivergenceCoef,
    @Doc("LD-DPO's α in [0, 1]; unset for none.") Optional<Double> ldAlpha,
    @Doc("Weights pairs by the policy's probability of them (WPO).") @Default("false")
        boolean useWeighting,
    @Doc("Bounds WPO's weight by 1, as in its paper; false for TRL's.") @Default("true")
        boolean weightingClamp,
    @Doc("Temperature of `discopop`; above 0.") @Default("0.05") double discopopTau,
    @Doc("Target margin γ of `simpo`.") @Default("0.5") double simpoGamma,
    @Doc("λ of `dpop`.") @Default("50") double dpopLambda,
    @Doc("α of `length_reg`.") @Default("0.01") double lengthAlpha,
    @Doc("α of `odpo`.") @Default("1") double odpoAlpha,
    @Doc("Threshold τ of `madpo`.") @Default("6.9") double madpoTau,
    @Doc("Slope λ of `madpo`.") @Default("1") double madpoLambda,
    @Doc("The largest amplification of `madpo`, above 1; the smallest is its inverse.")
        @Default("2")
        double madpoCMax,
    @Doc("Scale s of `rpo_sq`'s reward margin; above 0.") @Default("1") double rpoScale,
    @Doc(
            "Weight of the chosen completion's negative log-likelihood, which is a mean over its"
                + " tokens.")
        @Default("0")
        double sftWeight) {

  /** Where the probability that a label is wrong comes from. */
  public enum LabelSmoothingSource {
    /** The key {@code label_smoothing}. */
    CONFIG,
    /** How often judges are wrong, as measured. */
    JUDGES
  }

  /** A divergence between policy and reference. */
  public enum DivergenceType {
    REVERSE_KL,
    FORWARD_KL,
    JS_DIVERGENCE,
    ALPHA_DIVERGENCE
  }

  /** DPO with TRL's defaults. */
  public static LossConfig defaults() {
    return SettingsTree.defaults(LossConfig.class);
  }

  public LossConfig {
    lossType = List.copyOf(lossType);
    lossWeights = List.copyOf(lossWeights);
  }

  /** This configuration with another ε. */
  public LossConfig withLabelSmoothing(double smoothing) {
    return RecordCopy.with(this, "labelSmoothing", smoothing);
  }

  /** This configuration with WPO's weights, or without. */
  public LossConfig withWeighting(boolean weighting) {
    return RecordCopy.with(this, "useWeighting", weighting);
  }
}
