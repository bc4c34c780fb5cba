package io.dpostream.trainer.loss;

/** A loss of the difference between the scores of chosen and rejected under a divergence. */
public interface MarginLoss extends GroupLoss {

  /** The f-divergence whose derivative scores a log-ratio. */
  Divergence divergence();

  /** Whether a score counts per token of its completion. */
  default boolean perToken() {
    return false;
  }

  /** The loss as a function of the difference {@code h}. */
  ValueAndDerivative at(double h);

  @Override
  default Term term(Group pair) {
    ValueAndDerivative chosen = divergence().score(pair.a());
    ValueAndDerivative rejected = divergence().score(pair.r());
    double perChosen = perToken() ? 1.0 / pair.lengths()[0] : 1;
    double perRejected = perToken() ? 1.0 / pair.lengths()[1] : 1;
    ValueAndDerivative loss = at(chosen.value() * perChosen - rejected.value() * perRejected);
    return Term.of(
        loss.value(),
        loss.derivative() * chosen.derivative() * perChosen,
        -loss.derivative() * rejected.derivative() * perRejected);
  }
}
