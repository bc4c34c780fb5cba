package io.dpostream.trainer.loss;

import java.util.Optional;

/**
 * Reward-aware preference optimization with a squared distance: {@code (βh − sΔr)²}, Δr the reward
 * margin and s its scale. Source: Nvidia, Nemotron-4, <a
 * href="https://arxiv.org/abs/2406.11704">2406.11704</a>, section 3.3.2; NeMo-Aligner's rpo_sq.
 */
public record RpoSqLoss(double beta, double scale) implements GroupLoss {
  @Override
  public Optional<String> refusal(Label label, int completions) {
    return RewardMargins.required("rpo_sq", label);
  }

  @Override
  public Term term(Group pair) {
    double error = beta * pair.h() - scale * RewardMargins.of(pair);
    return Term.ofMargin(new ValueAndDerivative(error * error, 2 * error * beta));
  }
}
