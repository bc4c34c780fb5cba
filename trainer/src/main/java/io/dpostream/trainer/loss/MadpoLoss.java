package io.dpostream.trainer.loss;

import java.util.Optional;

/**
 * Margin-adaptive DPO: {@code −w ls(βh)} with the weight {@code w = 2σ(λ(τ − Δr))}, which takes no
 * gradient. It amplifies pairs whose reward margin Δr is below the threshold τ, up to twice, and
 * dampens those above it. Source: Rho, <a href="https://arxiv.org/abs/2510.05342">2510.05342</a>.
 */
public record MadpoLoss(double beta, double tau, double lambda) implements GroupLoss {
  @Override
  public Optional<String> refusal(Label label, int completions) {
    return RewardMargins.required("madpo", label);
  }

  @Override
  public Term term(Group pair) {
    double weight = 2 * Scalars.sigmoid(lambda * (tau - RewardMargins.of(pair)));
    Slope loss = Scalars.logistic(beta * pair.h(), 0).chain(beta);
    return Term.ofMargin(new Slope(weight * loss.value(), weight * loss.derivative()));
  }
}
