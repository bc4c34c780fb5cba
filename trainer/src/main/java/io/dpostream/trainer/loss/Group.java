package io.dpostream.trainer.loss;

/**
 * The input of a loss's formula for one preference: sums over the tokens of each completion, best
 * completion first. A pair has its chosen completion at 0 and its rejected one at 1. The arrays are
 * not copied and must not change.
 *
 * @param policy log-probability sums under the policy, {@code (K)}
 * @param reference log-probability sums under the reference, {@code (K)}
 * @param lengths completion tokens, {@code (K)}, each at least 1
 * @param label what is known about the preference besides its order
 */
public record Group(double[] policy, double[] reference, int[] lengths, Label label) {

  public Group {
    if (policy.length < 2 || policy.length != reference.length || policy.length != lengths.length) {
      throw new IllegalArgumentException(
          "a group needs the same number of policy, reference and length values, at least two");
    }
    for (int length : lengths) {
      if (length < 1) {
        throw new IllegalArgumentException("a completion without tokens has no log-probability");
      }
    }
  }

  /** Completions in the group. */
  public int size() {
    return policy.length;
  }

  /** {@code log π(y_k) − log ref(y_k)}. */
  public double logRatio(int k) {
    return policy[k] - reference[k];
  }

  /** {@code a}, the chosen completion's log-ratio. */
  double a() {
    return logRatio(0);
  }

  /** {@code r}, the rejected completion's log-ratio. */
  double r() {
    return logRatio(1);
  }

  /** {@code h = a − r}. */
  double h() {
    return a() - r();
  }
}
