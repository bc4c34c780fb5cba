package io.dpostream.trainer.loss;

/**
 * EXO on pairs: {@code σ(βh)[ls(βh) − log(1−ε)] + σ(−βh)[ls(−βh) − log ε]}, the reverse KL from the
 * policy's choice to the smoothed label. Source: Ji et al., <a
 * href="https://arxiv.org/abs/2402.00856">2402.00856</a>, eq. 16.
 */
public record ExoPairLoss(double beta, double labelSmoothing, Divergence divergence)
    implements MarginLoss {
  @Override
  public ValueAndDerivative at(double h) {
    double x = beta * h;
    double win = Scalars.sigmoid(x);
    double lose = Scalars.sigmoid(-x);
    double logWin = Math.log1p(-labelSmoothing);
    double logLose = Math.log(labelSmoothing);
    double value =
        win * (Scalars.logSigmoid(x) - logWin) + lose * (Scalars.logSigmoid(-x) - logLose);
    return new ValueAndDerivative(value, win * lose * (x - logWin + logLose) * beta);
  }
}
