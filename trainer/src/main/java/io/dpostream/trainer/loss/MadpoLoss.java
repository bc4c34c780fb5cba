package io.dpostream.trainer.loss;

import java.util.Optional;

/**
 * Margin-adaptive DPO: {@code −w ls(βh)} with a weight that takes no gradient, from the reward
 * margin Δr of the chosen completion over the rejected one:
 *
 * <pre>
 * c = c_min + (c_max − c_min) / (1 + (c_max − 1)/(1 − c_min) · exp(λ(|Δr| − τ)))
 * w = σ(cΔr) / σ(Δr)    for Δr > −τ, else 1
 * </pre>
 *
 * <p>c falls from c_max where a reward model finds a pair hard, through 1 at |Δr| = τ, to c_min =
 * 1/c_max where it finds it easy; the weight makes c·Δr the margin that the policy aims at. Source:
 * Rho, <a href="https://arxiv.org/abs/2510.05342">2510.05342</a>, in the form of its author's
 * published code.
 *
 * @param tau threshold τ ≥ 0 between hard and easy
 * @param lambda slope λ ≥ 0 of the change from one to the other
 * @param cMax amplification of the hardest pairs, above 1
 */
public record MadpoLoss(double beta, double tau, double lambda, double cMax) implements GroupLoss {
  @Override
  public Optional<String> refusal(Label label, int completions) {
    return RewardMargins.required("madpo", label);
  }

  @Override
  public Term term(Group pair) {
    double weight = weight(RewardMargins.of(pair));
    ValueAndDerivative loss = Scalars.logistic(beta * pair.h(), 0).chain(beta);
    return Term.ofMargin(new ValueAndDerivative(weight * loss.value(), weight * loss.derivative()));
  }

  private double weight(double margin) {
    if (margin <= -tau) {
      return 1;
    }
    double aimed = coefficient(Math.abs(margin)) * margin;
    return Math.exp(Scalars.logSigmoid(aimed) - Scalars.logSigmoid(margin));
  }

  private double coefficient(double margin) {
    double cMin = 1 / cMax;
    double odds = (cMax - 1) / (1 - cMin) * Math.exp(lambda * (margin - tau));
    return cMin + (cMax - cMin) / (1 + odds);
  }
}
