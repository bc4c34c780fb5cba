package io.dpostream.trainer.loss;

/**
 * SimPO, without a reference: {@code −ls(β(mean πc − mean πr) − γ)}, means per token. Source: Meng
 * et al., <a href="https://arxiv.org/abs/2405.14734">2405.14734</a>, eq. 6.
 */
public record SimPoLoss(double beta, double gamma) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double perChosen = 1.0 / pair.lengths()[0];
    double perRejected = 1.0 / pair.lengths()[1];
    double difference = pair.policy()[0] * perChosen - pair.policy()[1] * perRejected;
    ValueAndDerivative loss = Scalars.logistic(beta * difference - gamma, 0).chain(beta);
    return Term.of(loss.value(), loss.derivative() * perChosen, -loss.derivative() * perRejected);
  }
}
