package io.dpostream.trainer.loss;

/**
 * The f-divergence that keeps the policy near the reference, as the score that replaces the
 * log-ratio {@code x}: {@code f'(e^x)} up to a constant, which cancels in the difference. Source:
 * Wang et al., "Beyond Reverse KL", <a href="https://arxiv.org/abs/2309.16240">2309.16240</a>.
 */
public sealed interface Divergence {

  /** The score of a log-ratio and its derivative. */
  ValueAndDerivative score(double x);

  /** Reverse KL, as in DPO: {@code x}. */
  record ReverseKl() implements Divergence {
    @Override
    public ValueAndDerivative score(double x) {
      return new ValueAndDerivative(x, 1);
    }
  }

  /** Forward KL: {@code −e^−x}, the exponent clamped at 80. */
  record ForwardKl() implements Divergence {
    @Override
    public ValueAndDerivative score(double x) {
      ValueAndDerivative exp = Scalars.clampedExp(-x);
      return new ValueAndDerivative(-exp.value(), exp.derivative());
    }
  }

  /** Jensen-Shannon: {@code log σ(x)}. */
  record JensenShannon() implements Divergence {
    @Override
    public ValueAndDerivative score(double x) {
      return new ValueAndDerivative(Scalars.logSigmoid(x), Scalars.sigmoid(-x));
    }
  }

  /**
   * Alpha divergence: {@code (e^((α−1)x) − 1)/(α−1)}, the exponent clamped at 80; {@code x} in the
   * limit α = 1. This is TRL's α; the f-DPO paper writes {@code (1 − e^(−αx))/α}, so its α is 1
   * minus this one.
   */
  record Alpha(double alpha) implements Divergence {
    public Alpha {
      if (!Double.isFinite(alpha)) {
        throw new IllegalArgumentException(
            "f_alpha_divergence_coef: " + alpha + " is not finite; give a number such as 0.5");
      }
    }

    @Override
    public ValueAndDerivative score(double x) {
      double power = alpha - 1;
      if (power == 0) {
        return new ValueAndDerivative(x, 1);
      }
      double exponent = power * x;
      boolean clamped = exponent >= Scalars.MAX_EXPONENT;
      double value = Math.expm1(Math.min(exponent, Scalars.MAX_EXPONENT)) / power;
      return new ValueAndDerivative(value, clamped ? 0 : Math.exp(exponent));
    }
  }
}
