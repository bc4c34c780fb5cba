package io.dpostream.trainer.loss;

/**
 * DPO: {@code −(1−ε) ls(βh) − ε ls(−βh)}; with ε &gt; 0 conservative DPO. Source: Rafailov et al.,
 * <a href="https://arxiv.org/abs/2305.18290">2305.18290</a>, eq. 7; Mitchell, "A note on DPO with
 * noisy preferences".
 */
public record SigmoidLoss(double beta, double labelSmoothing, Divergence divergence)
    implements MarginLoss {
  @Override
  public ValueAndDerivative at(double h) {
    return Scalars.logistic(beta * h, labelSmoothing).chain(beta);
  }
}
