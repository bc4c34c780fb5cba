package io.dpostream.trainer.loss;

/** Scalar functions that stay finite for every finite argument. */
final class Scalars {
  /** Largest exponent taken; beyond it an exponential is constant and its derivative is 0. */
  static final double MAX_EXPONENT = 80;

  private Scalars() {}

  static double sigmoid(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  /** {@code log σ(x)}; its derivative is {@code σ(−x)}. */
  static double logSigmoid(double x) {
    return -softplus(-x);
  }

  /** {@code log(1 + e^x)}; its derivative is {@code σ(x)}. */
  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** {@code −(1−ε) ls(x) − ε ls(−x)}: cross-entropy of a label that is wrong with probability ε. */
  static ValueAndDerivative logistic(double x, double smoothing) {
    return new ValueAndDerivative(
        (1 - smoothing) * softplus(-x) + smoothing * softplus(x),
        -(1 - smoothing) * sigmoid(-x) + smoothing * sigmoid(x));
  }

  /** {@code e^min(x, 80)}. */
  static ValueAndDerivative clampedExp(double x) {
    double value = Math.exp(Math.min(x, MAX_EXPONENT));
    return new ValueAndDerivative(value, x < MAX_EXPONENT ? value : 0);
  }
}
