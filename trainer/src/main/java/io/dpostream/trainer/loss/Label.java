package io.dpostream.trainer.loss;

import java.util.OptionalDouble;

/**
 * What is known about a preference besides its order.
 *
 * @param probability that the order is right, in [0.5, 1]
 * @param rewardMargin reward of chosen minus reward of rejected, where known
 */
public record Label(double probability, OptionalDouble rewardMargin) {
  /** A plain preference: certain, with no rewards. */
  public static final Label CERTAIN = new Label(1, OptionalDouble.empty());

  public Label {
    if (!(probability >= 0.5 && probability <= 1)) {
      throw new IllegalArgumentException(
          "probability: " + probability + " is not in [0.5, 1]; put the likelier completion first");
    }
    if (rewardMargin.isPresent() && !Double.isFinite(rewardMargin.getAsDouble())) {
      throw new IllegalArgumentException(
          "reward_margin: " + rewardMargin.getAsDouble() + " is not finite; leave it out");
    }
  }

  /** Log-odds that the order is right; infinite for a certain one. */
  double logOdds() {
    return Math.log(probability) - Math.log1p(-probability);
  }
}
