package io.dpostream.trainer.loss;

import java.util.Optional;

/**
 * DPO with an offset: sigmoid on {@code βh − Δ}, {@code Δ = α · strength}. The strength is the
 * pair's reward margin where it has one, else the log-odds of its label. Source: Amini et al., <a
 * href="https://arxiv.org/abs/2402.10571">2402.10571</a>, eq. 7, with the identity as its f.
 */
public record OdpoLoss(double beta, double labelSmoothing, double alpha) implements GroupLoss {
  @Override
  public Optional<String> refusal(Label label, int completions) {
    return label.rewardMargin().isPresent() || label.probability() < 1
        ? Optional.empty()
        : Optional.of("odpo needs reward_margin or a probability below 1");
  }

  @Override
  public Term term(Group pair) {
    Label label = pair.label();
    double offset = alpha * label.rewardMargin().orElseGet(label::logOdds);
    return Term.ofMargin(Scalars.logistic(beta * pair.h() - offset, labelSmoothing).chain(beta));
  }
}
