package io.dpostream.trainer.reward;

/**
 * The loss of one pair, {@code −log σ(c − r − m) + γ (c + r)²}, and its derivatives: Bradley and
 * Terry's model with a margin m (Touvron et al., <a
 * href="https://arxiv.org/abs/2307.09288">2307.09288</a>, eq. 2) and scores drawn towards a mean of
 * 0 (Eisenstein et al., <a href="https://arxiv.org/abs/2312.09244">2312.09244</a>), as in TRL's
 * RewardTrainer.
 *
 * @param loss of the pair
 * @param dChosen derivative by the chosen completion's score c
 * @param dRejected derivative by the rejected completion's score r
 */
record BradleyTerry(double loss, double dChosen, double dRejected) {

  /**
   * The loss of two scores.
   *
   * @param centering γ
   */
  static BradleyTerry of(double chosen, double rejected, double margin, double centering) {
    double x = chosen - rejected - margin;
    double sum = chosen + rejected;
    double logistic = x > 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x;
    double slope = -1 / (1 + Math.exp(x));
    double pull = 2 * centering * sum;
    return new BradleyTerry(logistic + centering * sum * sum, slope + pull, pull - slope);
  }
}
