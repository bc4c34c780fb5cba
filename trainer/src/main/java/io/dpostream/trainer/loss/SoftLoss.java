package io.dpostream.trainer.loss;

/**
 * DPO on a label with a probability: {@code −p ls(βh) − (1−p) ls(−βh)}, p the probability that the
 * votes give to the order. At p = 1 it is DPO. Source: the cross-entropy of DPO's preference model,
 * <a href="https://arxiv.org/abs/2305.18290">2305.18290</a>, eq. 6.
 */
public record SoftLoss(double beta) implements GroupLoss {
  @Override
  public Term term(Group pair) {
    double flipped = 1 - pair.label().probability();
    return Term.ofMargin(Scalars.logistic(beta * pair.h(), flipped).chain(beta));
  }
}
