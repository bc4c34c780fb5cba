package io.dpostream.trainer.loss;

/**
 * DPO-positive (Smaug): sigmoid on {@code h − λ max(0, refc − πc)}, which keeps the chosen
 * completion from becoming less likely than under the reference. Source: Pal et al., <a
 * href="https://arxiv.org/abs/2402.13228">2402.13228</a>, eq. 3.
 */
public record DpopLoss(double beta, double labelSmoothing, double lambda) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double loss = Math.max(0, -pair.a());
    ValueAndDerivative slope =
        Scalars.logistic(beta * (pair.h() - lambda * loss), labelSmoothing).chain(beta);
    double chosen = pair.a() < 0 ? 1 + lambda : 1;
    return Term.of(slope.value(), slope.derivative() * chosen, -slope.derivative());
  }
}
