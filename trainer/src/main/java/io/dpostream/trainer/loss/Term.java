package io.dpostream.trainer.loss;

/**
 * One group's part of a loss.
 *
 * @param loss its value
 * @param gradient derivative with respect to each completion's policy log-probability sum, {@code
 *     (K)}
 */
public record Term(double loss, double[] gradient) {
  static Term of(double loss, double... gradient) {
    return new Term(loss, gradient);
  }

  /** A loss that depends on the log-ratios through their difference alone. */
  static Term ofMargin(ValueAndDerivative slope) {
    return of(slope.value(), slope.derivative(), -slope.derivative());
  }
}
