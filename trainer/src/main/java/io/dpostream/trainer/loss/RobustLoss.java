package io.dpostream.trainer.loss;

/**
 * Robust DPO: {@code [−(1−ε) ls(βh) + ε ls(−βh)] / (1−2ε)}, an unbiased estimate of DPO's loss when
 * labels are flipped with probability ε. Source: Chowdhury et al., <a
 * href="https://arxiv.org/abs/2403.00409">2403.00409</a>, eq. 12.
 */
public record RobustLoss(double beta, double labelSmoothing, Divergence divergence)
    implements MarginLoss {
  @Override
  public ValueAndDerivative at(double h) {
    double x = beta * h;
    double scale = 1 / (1 - 2 * labelSmoothing);
    double value =
        (1 - labelSmoothing) * Scalars.softplus(-x) - labelSmoothing * Scalars.softplus(x);
    double derivative =
        -(1 - labelSmoothing) * Scalars.sigmoid(-x) - labelSmoothing * Scalars.sigmoid(x);
    return new ValueAndDerivative(scale * value, scale * derivative * beta);
  }
}
