package io.dpostream.pipeline.evaluation;

/** A confidence interval of a share, both ends in [0, 1]. */
public record Interval(double low, double high) {

  /** The standard normal's 97.5 % quantile: 95 % lies within. */
  private static final double Z = 1.959963984540054;

  /**
   * Returns Wilson's score interval at 95 % for {@code successes} of {@code trials}; unlike the
   * normal approximation, it keeps its coverage near 0 and 1. Without trials it is [0, 1].
   */
  public static Interval wilson95(long successes, long trials) {
    if (successes < 0 || successes > trials) {
      throw new IllegalArgumentException(successes + " successes of " + trials + " trials");
    }
    if (trials == 0) {
      return new Interval(0, 1);
    }
    double n = trials;
    double share = successes / n;
    double scale = 1 / (1 + Z * Z / n);
    double centre = scale * (share + Z * Z / (2 * n));
    double half = scale * Z * Math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n));
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }
}
