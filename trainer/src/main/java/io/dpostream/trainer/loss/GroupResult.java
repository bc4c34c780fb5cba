package io.dpostream.trainer.loss;

/**
 * The result of an objective for one preference.
 *
 * @param loss its loss, before the mean over the step
 * @param logps log-probability sums under the policy, {@code (K)}
 * @param referenceLogps log-probability sums under the reference, {@code (K)}
 * @param rewards implicit rewards {@code β(log π − log ref)}, {@code (K)}
 * @param gradient derivative of the step's mean loss with respect to each token's log-probability
 *     under the policy, {@code (K)(T)}
 */
public record GroupResult(
    double loss, double[] logps, double[] referenceLogps, double[] rewards, double[][] gradient) {}
