package io.dpostream.trainer.loss;

/**
 * Noise contrastive alignment on pairs: {@code −ls(βa) − ½ ls(−βa) − ½ ls(−βr)}. Source: Chen et
 * al., <a href="https://arxiv.org/abs/2402.05369">2402.05369</a>.
 */
public record NcaPairLoss(double beta) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double chosen = beta * pair.a();
    double rejected = beta * pair.r();
    return Term.of(
        Scalars.softplus(-chosen)
            + 0.5 * Scalars.softplus(chosen)
            + 0.5 * Scalars.softplus(rejected),
        beta * (-Scalars.sigmoid(-chosen) + 0.5 * Scalars.sigmoid(chosen)),
        beta * 0.5 * Scalars.sigmoid(rejected));
  }
}
