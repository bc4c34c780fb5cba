package io.dpostream.trainer.loss;

/**
 * Length-normalized DPO: {@code −ls(βh̄)}, each score divided by its completion's tokens. Source:
 * Lambert et al., Tülu 3, <a href="https://arxiv.org/abs/2411.15124">2411.15124</a>, section 5.1.2.
 */
public record SigmoidNormLoss(double beta, Divergence divergence) implements MarginLoss {
  @Override
  public boolean perToken() {
    return true;
  }

  @Override
  public ValueAndDerivative at(double h) {
    return Scalars.logistic(beta * h, 0).chain(beta);
  }
}
