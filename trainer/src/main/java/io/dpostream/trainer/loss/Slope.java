package io.dpostream.trainer.loss;

/** A function of one variable at one point. */
public record Slope(double value, double derivative) {
  /** The derivative with respect to {@code x} of a function of {@code factor · x}. */
  Slope chain(double factor) {
    return new Slope(value, derivative * factor);
  }
}
