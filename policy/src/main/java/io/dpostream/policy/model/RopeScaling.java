package io.dpostream.policy.model;

/** Stretches rotary frequencies beyond the context that a model was pretrained on. */
public sealed interface RopeScaling {

  /** Scales an inverse frequency; both are in radians per position. */
  double scale(double inverseFrequency);

  /** Leaves frequencies unchanged. */
  record None() implements RopeScaling {
    @Override
    public double scale(double inverseFrequency) {
      return inverseFrequency;
    }
  }

  /** Position interpolation (Chen et al. 2023): all positions divided by {@code factor}. */
  record Linear(double factor) implements RopeScaling {
    public Linear {
      checkFactor(factor);
    }

    @Override
    public double scale(double inverseFrequency) {
      return inverseFrequency / factor;
    }
  }

  /**
   * Llama 3.1's scaling: wavelengths longer than {@code originalMaxPositions / lowFreqFactor} are
   * divided by {@code factor}, those shorter than {@code originalMaxPositions / highFreqFactor}
   * stay, and those between are blended linearly in frequency.
   */
  record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
      implements RopeScaling {
    public Llama3 {
      checkFactor(factor);
      if (!(lowFreqFactor > 0) || !(highFreqFactor > lowFreqFactor)) {
        throw new IllegalArgumentException(
            "rope_scaling: low_freq_factor "
                + lowFreqFactor
                + " and high_freq_factor "
                + highFreqFactor
                + " must be positive and ascending");
      }
      if (originalMaxPositions < 1) {
        throw new IllegalArgumentException(
            "rope_scaling: original_max_position_embeddings must be positive, is "
                + originalMaxPositions);
      }
    }

    @Override
    public double scale(double inverseFrequency) {
      double turns = originalMaxPositions * inverseFrequency / (2 * Math.PI);
      double kept = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
      double blend = Math.min(1, Math.max(0, kept));
      return (1 - blend) * inverseFrequency / factor + blend * inverseFrequency;
    }
  }

  private static void checkFactor(double factor) {
    if (!(factor >= 1)) {
      throw new IllegalArgumentException("rope_scaling: factor must be at least 1, is " + factor);
    }
  }
}
