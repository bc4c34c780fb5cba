package io.dpostream.trainer.loss;

/**
 * χPO: sigmoid on {@code β(φ(e^a) − φ(e^r))} with {@code φ(z) = z + log z}, so a mix of χ² and KL
 * regularization; the exponents are clamped at 80. Source: Huang et al., <a
 * href="https://arxiv.org/abs/2407.13399">2407.13399</a>, eq. 9.
 */
public record ChiPoLoss(double beta, double labelSmoothing) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    ValueAndDerivative chosen = phi(pair.a());
    ValueAndDerivative rejected = phi(pair.r());
    ValueAndDerivative loss =
        Scalars.logistic(beta * (chosen.value() - rejected.value()), labelSmoothing).chain(beta);
    return Term.of(
        loss.value(),
        loss.derivative() * chosen.derivative(),
        -loss.derivative() * rejected.derivative());
  }

  private static ValueAndDerivative phi(double logRatio) {
    ValueAndDerivative exp = Scalars.clampedExp(logRatio);
    return new ValueAndDerivative(exp.value() + logRatio, exp.derivative() + 1);
  }
}
