package io.dpostream.trainer.loss;

/**
 * Natural-log probabilities of one completion's tokens. The arrays are not copied and must not
 * change.
 *
 * @param policy under the policy, {@code (T)}
 * @param reference under the reference, {@code (T)}
 * @param logCollision {@code log Σ_v p(v)²} of the policy's distribution at each token, {@code
 *     (T)}; empty where the objective does not ask for it
 */
public record CompletionLogps(double[] policy, double[] reference, double[] logCollision) {
  private static final double[] NONE = {};

  public CompletionLogps {
    if (policy.length == 0) {
      throw new IllegalArgumentException("a completion without tokens has no log-probability");
    }
    if (policy.length != reference.length
        || (logCollision.length != 0 && logCollision.length != policy.length)) {
      throw new IllegalArgumentException("policy and reference cover different numbers of tokens");
    }
  }

  public CompletionLogps(double[] policy, double[] reference) {
    this(policy, reference, NONE);
  }

  int tokens() {
    return policy.length;
  }
}
