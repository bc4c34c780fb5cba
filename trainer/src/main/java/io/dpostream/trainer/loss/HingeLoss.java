package io.dpostream.trainer.loss;

/**
 * SLiC's hinge: {@code max(0, 1 − βh)}, with derivative 0 at the kink. Source: Zhao et al., <a
 * href="https://arxiv.org/abs/2305.10425">2305.10425</a>; Liu et al. (RSO), <a
 * href="https://arxiv.org/abs/2309.06657">2309.06657</a>, eq. 2.
 */
public record HingeLoss(double beta, Divergence divergence) implements MarginLoss {
  @Override
  public ValueAndDerivative at(double h) {
    double slack = 1 - beta * h;
    return slack > 0 ? new ValueAndDerivative(slack, -beta) : new ValueAndDerivative(0, 0);
  }
}
