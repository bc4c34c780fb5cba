package io.dpostream.trainer.loss;

/**
 * Anchored preference optimization, raising chosen and lowering rejected: {@code 1 − σ(βa) +
 * σ(βr)}. Source: D'Oosterlinck et al., <a href="https://arxiv.org/abs/2408.06266">2408.06266</a>,
 * eq. 7.
 */
public record ApoZeroLoss(double beta) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double chosen = beta * pair.a();
    double rejected = beta * pair.r();
    return Term.of(
        Scalars.sigmoid(-chosen) + Scalars.sigmoid(rejected),
        -beta * Scalars.sigmoid(chosen) * Scalars.sigmoid(-chosen),
        beta * Scalars.sigmoid(rejected) * Scalars.sigmoid(-rejected));
  }
}
