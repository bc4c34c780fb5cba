package io.dpostream.judge.stats;

/**
 * How far two raters agree beyond chance: Cohen's kappa, {@code (p_o - p_e) / (1 - p_e)}, with
 * {@code p_o} the observed share of equal verdicts and {@code p_e} the share that their own
 * frequencies would give by chance (Cohen 1960).
 *
 * @param pairs that both have judged
 * @param observed share of equal verdicts
 * @param kappa 1 is full agreement, 0 is chance; NaN when chance alone explains everything
 * @param standardError of kappa, by Cohen's large-sample formula
 */
public record Agreement(long pairs, double observed, double kappa, double standardError) {

  /**
   * Computes the agreement from a table of counts.
   *
   * @param counts (K, K): how often the one said i and the other j
   */
  public static Agreement of(long[][] counts) {
    int k = counts.length;
    long n = 0;
    long equal = 0;
    long[] rows = new long[k];
    long[] columns = new long[k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        n += counts[i][j];
        rows[i] += counts[i][j];
        columns[j] += counts[i][j];
      }
      equal += counts[i][i];
    }
    if (n == 0) {
      throw new IllegalArgumentException("counts: there is no pair that both have judged");
    }
    double chance = 0;
    for (int i = 0; i < k; i++) {
      chance += (double) rows[i] / n * columns[i] / n;
    }
    double observed = (double) equal / n;
    double kappa = (observed - chance) / (1 - chance);
    double error = Math.sqrt(observed * (1 - observed) / (n * (1 - chance) * (1 - chance)));
    return new Agreement(n, observed, kappa, error);
  }
}
