package io.dpostream.trainer.loss;

/**
 * Anchored preference optimization, lowering chosen and rejected more: {@code σ(βa) + 1 − σ(βh)}.
 * Source: D'Oosterlinck et al., <a href="https://arxiv.org/abs/2408.06266">2408.06266</a>, eq. 8.
 */
public record ApoDownLoss(double beta) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double chosen = beta * pair.a();
    double margin = beta * pair.h();
    double down = beta * Scalars.sigmoid(chosen) * Scalars.sigmoid(-chosen);
    double apart = beta * Scalars.sigmoid(margin) * Scalars.sigmoid(-margin);
    return Term.of(Scalars.sigmoid(chosen) + Scalars.sigmoid(-margin), down - apart, apart);
  }
}
