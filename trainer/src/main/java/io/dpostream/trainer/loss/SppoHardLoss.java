package io.dpostream.trainer.loss;

/**
 * Self-play preference optimization with hard labels: {@code (a − 1/(2β))² + (r + 1/(2β))²}.
 * Source: Wu et al., <a href="https://arxiv.org/abs/2405.00675">2405.00675</a>, eq. 4.7.
 */
public record SppoHardLoss(double beta) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double chosen = pair.a() - 1 / (2 * beta);
    double rejected = pair.r() + 1 / (2 * beta);
    return Term.of(chosen * chosen + rejected * rejected, 2 * chosen, 2 * rejected);
  }
}
