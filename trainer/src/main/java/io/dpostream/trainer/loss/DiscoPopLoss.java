package io.dpostream.trainer.loss;

/**
 * DiscoPOP's log-ratio modulated loss: {@code −(1−m) ls(x) + m e^−x} with {@code x = βh} and {@code
 * m = σ(x/τ)}. The second part is {@code exp(−x − softplus(−x/τ))}, finite everywhere. Source: Lu
 * et al., <a href="https://arxiv.org/abs/2406.08414">2406.08414</a>, eq. 5.
 */
public record DiscoPopLoss(double beta, double tau, Divergence divergence) implements MarginLoss {
  @Override
  public ValueAndDerivative at(double h) {
    double x = beta * h;
    double logistic = Scalars.sigmoid(-x / tau);
    double modulation = Scalars.sigmoid(x / tau);
    double exponential = Math.exp(-x - Scalars.softplus(-x / tau));
    double value = logistic * Scalars.softplus(-x) + exponential;
    double derivative =
        -modulation * logistic / tau * Scalars.softplus(-x)
            - logistic * Scalars.sigmoid(-x)
            + exponential * (logistic / tau - 1);
    return new ValueAndDerivative(value, derivative * beta);
  }
}
