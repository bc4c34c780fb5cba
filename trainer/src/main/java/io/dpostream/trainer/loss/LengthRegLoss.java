package io.dpostream.trainer.loss;

/**
 * Length-regularized DPO: sigmoid on {@code h + (α/β)(len c − len r)}, so that being longer earns
 * nothing. Source: Park et al., <a href="https://arxiv.org/abs/2403.19159">2403.19159</a>, eq. 9.
 */
public record LengthRegLoss(double beta, double labelSmoothing, double alpha) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double longer = pair.lengths()[0] - pair.lengths()[1];
    double x = beta * pair.h() + alpha * longer;
    return Term.ofMargin(Scalars.logistic(x, labelSmoothing).chain(beta));
  }
}
