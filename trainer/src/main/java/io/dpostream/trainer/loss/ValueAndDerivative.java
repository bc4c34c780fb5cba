package io.dpostream.trainer.loss;

/** The value and the derivative of a function of one variable at one point. */
public record ValueAndDerivative(double value, double derivative) {
  /** The derivative with respect to {@code x} of a function of {@code factor · x}. */
  ValueAndDerivative chain(double factor) {
    return new ValueAndDerivative(value, derivative * factor);
  }
}
