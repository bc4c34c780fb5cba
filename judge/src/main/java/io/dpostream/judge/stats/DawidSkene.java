package io.dpostream.judge.stats;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Error rates of judges without a known truth, from the pairs on which several of them preferred a
 * side: Dawid and Skene (1979) with one accuracy for each judge, since the two sides of a pair are
 * exchangeable. Expectation maximization alternates between the posterior of each pair's better
 * side under the accuracies, and the accuracies under the posteriors. Judges are taken to err
 * independently, and most of them to be right more often than wrong.
 *
 * <p>How often two judges agree gives no more than the product of both accuracies. So a judge is
 * measured when it is one of three of whom each two share pairs, and the others' votes do not
 * count.
 *
 * <p>Intervals are percentiles over resampled pairs, and go up at least as far as they would with a
 * known truth and no error seen (Clopper and Pearson 1934).
 */
final class DawidSkene {
  /** Fewer pairs say next to nothing of how often two judges agree. */
  static final int MIN_SHARED_PAIRS = 30;

  private static final int MAX_ITERATIONS = 500;
  private static final double TOLERANCE = 1e-8;
  private static final double START = 0.8;
  private static final double EDGE = 1e-4;
  private static final double LOW = 0.025;
  private static final double HIGH = 0.975;

  private DawidSkene() {}

  /**
   * The error rate of each judge; empty for one that is not among three of whom each two share
   * {@value #MIN_SHARED_PAIRS} pairs on which both preferred a side.
   *
   * @param votes (pairs, judges): 1 for the first side, -1 for the second, 0 for no preference
   * @param resamples for the intervals
   * @param seed of the resampling
   */
  static Optional<ErrorRate>[] estimate(byte[][] votes, int judges, int resamples, long seed) {
    boolean[] measured = measured(overlaps(votes, judges));
    byte[][] shared =
        Arrays.stream(votes)
            .map(row -> only(row, measured))
            .filter(row -> preferences(row) >= 2)
            .toArray(byte[][]::new);
    long[] preferred = new long[judges];
    for (byte[] row : shared) {
      for (int j = 0; j < judges; j++) {
        preferred[j] += Math.abs(row[j]);
      }
    }
    Patterns patterns = Patterns.of(shared);
    double[] accuracy = fit(patterns.rows, patterns.counts, start(judges));
    SplittableRandom random = new SplittableRandom(seed);
    double[][] samples = new double[judges][resamples];
    for (int s = 0; s < resamples; s++) {
      double[] fitted = fit(patterns.rows, patterns.resampled(random), accuracy);
      for (int j = 0; j < judges; j++) {
        samples[j][s] = 1 - fitted[j];
      }
    }
    @SuppressWarnings("unchecked") // an array of a generic type
    Optional<ErrorRate>[] rates = new Optional[judges];
    for (int j = 0; j < judges; j++) {
      Arrays.sort(samples[j]);
      rates[j] =
          measured[j]
              ? Optional.of(
                  new ErrorRate(
                      1 - accuracy[j],
                      samples[j][(int) (LOW * (resamples - 1))],
                      Math.max(
                          samples[j][(int) Math.ceil(HIGH * (resamples - 1))],
                          1 - Math.pow(LOW, 1.0 / preferred[j])),
                      preferred[j]))
              : Optional.empty();
    }
    return rates;
  }

  /** (judges, judges): whether two different judges share enough pairs. */
  private static boolean[][] overlaps(byte[][] votes, int judges) {
    int[][] pairs = new int[judges][judges];
    boolean[][] overlaps = new boolean[judges][judges];
    for (byte[] row : votes) {
      for (int j = 0; j < judges; j++) {
        for (int k = 0; row[j] != 0 && k < judges; k++) {
          pairs[j][k] += Math.abs(row[k]);
          overlaps[j][k] = j != k && pairs[j][k] >= MIN_SHARED_PAIRS;
        }
      }
    }
    return overlaps;
  }

  /** Which judges are among three of whom each two overlap. */
  private static boolean[] measured(boolean[][] overlaps) {
    boolean[] measured = new boolean[overlaps.length];
    for (int j = 0; j < measured.length; j++) {
      for (int k = 0; k < measured.length; k++) {
        for (int l = 0; overlaps[j][k] && l < k; l++) {
          measured[j] |= overlaps[j][l] && overlaps[k][l];
        }
      }
    }
    return measured;
  }

  private static byte[] only(byte[] row, boolean[] measured) {
    byte[] votes = new byte[row.length];
    for (int j = 0; j < row.length; j++) {
      votes[j] = measured[j] ? row[j] : 0;
    }
    return votes;
  }

  private static double[] start(int judges) {
    double[] accuracy = new double[judges];
    Arrays.fill(accuracy, START);
    return accuracy;
  }

  /**
   * The accuracies that expectation maximization converges to.
   *
   * @param rows different patterns of votes
   * @param counts pairs with each pattern
   */
  private static double[] fit(byte[][] rows, int[] counts, double[] start) {
    double[] accuracy = start.clone();
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      double[] right = new double[accuracy.length];
      double[] total = new double[accuracy.length];
      for (int i = 0; i < rows.length; i++) {
        double first = posteriorOfFirst(rows[i], accuracy);
        for (int j = 0; j < accuracy.length; j++) {
          if (rows[i][j] != 0) {
            right[j] += counts[i] * (rows[i][j] > 0 ? first : 1 - first);
            total[j] += counts[i];
          }
        }
      }
      double change = 0;
      for (int j = 0; j < accuracy.length; j++) {
        double next = total[j] == 0 ? START : right[j] / total[j];
        next = Math.min(1 - EDGE, Math.max(EDGE, next));
        change = Math.max(change, Math.abs(next - accuracy[j]));
        accuracy[j] = next;
      }
      if (change < TOLERANCE) {
        break;
      }
    }
    return accuracy;
  }

  private static double posteriorOfFirst(byte[] row, double[] accuracy) {
    double logOdds = 0;
    for (int j = 0; j < row.length; j++) {
      logOdds += row[j] * Math.log(accuracy[j] / (1 - accuracy[j]));
    }
    return 1 / (1 + Math.exp(-logOdds));
  }

  private static int preferences(byte[] row) {
    int count = 0;
    for (byte vote : row) {
      count += Math.abs(vote);
    }
    return count;
  }

  /**
   * Pairs with the same votes, counted together: there are few different ones.
   *
   * @param rows the different patterns
   * @param counts pairs with each
   * @param patternOf each pair's pattern
   */
  private record Patterns(byte[][] rows, int[] counts, int[] patternOf) {
    static Patterns of(byte[][] votes) {
      Map<ByteBuffer, Integer> index = new LinkedHashMap<>();
      int[] patternOf = new int[votes.length];
      for (int i = 0; i < votes.length; i++) {
        Integer known = index.putIfAbsent(ByteBuffer.wrap(votes[i]), index.size());
        patternOf[i] = known == null ? index.size() - 1 : known;
      }
      byte[][] rows = index.keySet().stream().map(ByteBuffer::array).toArray(byte[][]::new);
      int[] counts = new int[rows.length];
      for (int pattern : patternOf) {
        counts[pattern]++;
      }
      return new Patterns(rows, counts, patternOf);
    }

    /** Counts in as many pairs, drawn with replacement. */
    int[] resampled(SplittableRandom random) {
      int[] drawn = new int[rows.length];
      for (int i = 0; i < patternOf.length; i++) {
        drawn[patternOf[random.nextInt(patternOf.length)]]++;
      }
      return drawn;
    }
  }
}
