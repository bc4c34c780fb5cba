package io.dpostream.trainer.loss;

/**
 * WPO: a pair counts by how likely the policy would write it now, {@code w_c · w_r} with {@code w =
 * exp(mean_t(log p_t − log Σ_v p_t(v)²))} and no gradient. Source: Zhou et al., <a
 * href="https://arxiv.org/abs/2406.11827">2406.11827</a>, eq. 2.
 *
 * @param clamped whether the weight is at most 1, as in the paper; TRL 1 does not clamp
 */
public record Weighting(boolean clamped) {
  /** Clamped, as the paper has it. */
  static final Weighting PAPER = new Weighting(true);

  double weight(PreferenceLogps group) {
    double exponent = 0;
    for (CompletionLogps completion : group.ranked()) {
      exponent += meanAdvantage(completion);
    }
    return Math.exp(clamped ? Math.min(exponent, 0) : Math.min(exponent, Scalars.MAX_EXPONENT));
  }

  private static double meanAdvantage(CompletionLogps completion) {
    if (completion.logCollision().length == 0) {
      throw new IllegalArgumentException("use_weighting needs log Σp² at every token");
    }
    double sum = 0;
    for (int t = 0; t < completion.tokens(); t++) {
      sum += completion.policy()[t] - completion.logCollision()[t];
    }
    return sum / completion.tokens();
  }
}
