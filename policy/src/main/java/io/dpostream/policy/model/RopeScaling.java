package io.dpostream.policy.model;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Stretches rotary frequencies beyond the context that a model was pretrained on. Names and
 * formulas are those of {@code modeling_rope_utils} in transformers 5.
 */
public sealed interface RopeScaling {

  /**
   * The rotation that is stretched.
   *
   * @param theta base of the frequencies
   * @param headDim width of one head; even
   * @param maxPositions {@code max_position_embeddings}
   */
  record Rotation(double theta, int headDim, int maxPositions) {

    /** The frequencies theta^(-2i / headDim), in radians per position. */
    double[] frequencies() {
      double[] frequencies = new double[headDim / 2];
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] = Math.pow(theta, -2.0 * i / headDim);
      }
      return frequencies;
    }

    private double[] frequencies(DoubleUnaryOperator scale) {
      return Arrays.stream(frequencies()).map(scale).toArray();
    }
  }

  /**
   * Computes the stretched frequencies, in radians per position: one for each pair of a head's
   * dimensions.
   *
   * @param length tokens of the whole sequence, which {@link Dynamic} depends on
   */
  double[] frequencies(Rotation rotation, int length);

  /** What queries and keys are multiplied by as they are rotated. */
  default double attentionFactor() {
    return 1;
  }

  /**
   * The longest sequence, in tokens, that a token's past alone decides the probability of.
   *
   * @param maxPositions {@code max_position_embeddings}
   */
  default int contextLength(int maxPositions) {
    return maxPositions;
  }

  /** Leaves frequencies unchanged. */
  record None() implements RopeScaling {
    @Override
    public double[] frequencies(Rotation rotation, int length) {
      return rotation.frequencies();
    }
  }

  /** Position interpolation (Chen et al. 2023): all positions divided by {@code factor}. */
  record Linear(double factor) implements RopeScaling {
    public Linear {
      checkFactor(factor);
    }

    @Override
    public double[] frequencies(Rotation rotation, int length) {
      return rotation.frequencies(frequency -> frequency / factor);
    }
  }

  /**
   * A base that grows with the sequence once it is longer than {@code max_position_embeddings}: a
   * sequence of n tokens takes theta · (factor · n / max − (factor − 1))^(d / (d − 2)) for all of
   * its tokens. Up to there it changes nothing.
   */
  record Dynamic(double factor) implements RopeScaling {
    public Dynamic {
      checkFactor(factor);
    }

    @Override
    public double[] frequencies(Rotation rotation, int length) {
      int max = rotation.maxPositions();
      if (length <= max) {
        return rotation.frequencies();
      }
      double d = rotation.headDim();
      double growth = Math.pow(factor * length / max - (factor - 1), d / (d - 2));
      return new Rotation(rotation.theta() * growth, rotation.headDim(), max).frequencies();
    }
  }

  /**
   * YaRN (Peng et al. 2023, section 3.2): pairs of dimensions that turn more than {@code betaFast}
   * times in the original context keep their frequency, those below {@code betaSlow} turns are
   * divided by {@code factor}, and those between are blended linearly in their index.
   *
   * @param originalMaxPositions the context of the pretraining
   * @param attentionFactor see {@link RopeScaling#attentionFactor}; {@link #mscale} of the factor
   *     where config.json does not say
   * @param truncate whether the ends of the blend are rounded outwards to whole indices
   */
  record Yarn(
      double factor,
      int originalMaxPositions,
      double attentionFactor,
      double betaFast,
      double betaSlow,
      boolean truncate)
      implements RopeScaling {
    public Yarn {
      checkFactor(factor);
      checkOriginal(originalMaxPositions);
      if (!(betaSlow > 0) || !(betaFast >= betaSlow)) {
        throw new IllegalArgumentException(
            "rope_scaling: beta_slow "
                + betaSlow
                + " and beta_fast "
                + betaFast
                + " must be positive and ascending");
      }
      if (!(attentionFactor > 0)) {
        throw new IllegalArgumentException(
            "rope_scaling: attention_factor must be positive, is " + attentionFactor);
      }
    }

    /** The attention factor of the paper's equation 22: 0.1 · scale · ln(factor) + 1. */
    static double mscale(double factor, double scale) {
      return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    @Override
    public double[] frequencies(Rotation rotation, int length) {
      double low = index(betaFast, rotation);
      double high = index(betaSlow, rotation);
      low = Math.max(truncate ? Math.floor(low) : low, 0);
      high = Math.min(truncate ? Math.ceil(high) : high, rotation.headDim() - 1);
      double width = low == high ? 0.001 : high - low;
      double[] frequencies = rotation.frequencies();
      for (int i = 0; i < frequencies.length; i++) {
        double stretched = Math.min(1, Math.max(0, (i - low) / width));
        frequencies[i] = frequencies[i] / factor * stretched + frequencies[i] * (1 - stretched);
      }
      return frequencies;
    }

    /** The index, not whole, of the pair that turns so many times in the original context. */
    private double index(double turns, Rotation rotation) {
      return rotation.headDim()
          * Math.log(originalMaxPositions / (turns * 2 * Math.PI))
          / (2 * Math.log(rotation.theta()));
    }

    /** Published configurations leave the original number in max_position_embeddings. */
    @Override
    public int contextLength(int maxPositions) {
      return (int)
          Math.min(Integer.MAX_VALUE, Math.max(maxPositions, originalMaxPositions * factor));
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
      checkOriginal(originalMaxPositions);
    }

    @Override
    public double[] frequencies(Rotation rotation, int length) {
      return rotation.frequencies(this::scale);
    }

    double scale(double frequency) {
      double turns = originalMaxPositions * frequency / (2 * Math.PI);
      double kept = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
      double blend = Math.min(1, Math.max(0, kept));
      return (1 - blend) * frequency / factor + blend * frequency;
    }
  }

  private static void checkFactor(double factor) {
    if (!(factor >= 1)) {
      throw new IllegalArgumentException("rope_scaling: factor must be at least 1, is " + factor);
    }
  }

  private static void checkOriginal(int positions) {
    if (positions < 1) {
      throw new IllegalArgumentException(
          "rope_scaling: original_max_position_embeddings must be positive, is " + positions);
    }
  }
}
