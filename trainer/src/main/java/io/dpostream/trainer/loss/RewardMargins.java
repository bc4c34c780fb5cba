package io.dpostream.trainer.loss;

import java.util.Optional;

/** Helps losses that learn from a reward model's margin. */
final class RewardMargins {
  private RewardMargins() {}

  static Optional<String> required(String loss, Label label) {
    return label.rewardMargin().isPresent()
        ? Optional.empty()
        : Optional.of(loss + " needs reward_margin");
  }

  static double of(Group pair) {
    return pair.label().rewardMargin().orElseThrow();
  }
}
