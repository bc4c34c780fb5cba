package io.dpostream.trainer.loss;

/**
 * χPO: sigmoid on {@code β(φ(e^a) − φ(e^r))} with {@code φ(z) = z + log z}, so a mix of χ² and KL
 * regularization; the exponents are clamped at 80. Source: Huang et al., <a
 * href="https://arxiv.org/abs/2407.13399">2407.13399</a>, eq. 9.
 */
public record ChiPoLoss(double beta, double labelSmoothing) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    Slope chosen = phi(pair.a());
    Slope rejected = phi(pair.r());
    Slope loss =
        Scalars.logistic(beta * (chosen.value() - rejected.value()), labelSmoothing).chain(beta);
    return Term.of(
        loss.value(),
        loss.derivative() * chosen.derivative(),
        -loss.derivative() * rejected.derivative());
  }

  private static Slope phi(double logRatio) {
    Slope exp = Scalars.clampedExp(logRatio);
    return new Slope(exp.value() + logRatio, exp.derivative() + 1);
  }
}
