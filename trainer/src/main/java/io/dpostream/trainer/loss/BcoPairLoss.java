package io.dpostream.trainer.loss;

import java.util.ArrayList;
import java.util.List;

/**
 * Binary classifier optimization on pairs: {@code −ls(βa−δ) − ls(−(βr−δ))}, where δ is the mean of
 * every {@code βa} and {@code βr} so far, this whole batch included, and takes no gradient. The sum
 * and the count behind δ are the loss's state. Source: Jung et al., <a
 * href="https://arxiv.org/abs/2404.04656">2404.04656</a>.
 */
public record BcoPairLoss(double beta) implements Loss {
  private static final String SUM = "bco_pair.sum";
  private static final String COUNT = "bco_pair.count";

  @Override
  public boolean wholeBatch() {
    return true;
  }

  @Override
  public Evaluation evaluate(List<Group> batch, LossState state) {
    double sum = state.get(SUM);
    for (Group pair : batch) {
      sum += beta * pair.a() + beta * pair.r();
    }
    double count = state.get(COUNT) + 2.0 * batch.size();
    double shift = count > 0 ? sum / count : 0;
    List<Term> terms = new ArrayList<>(batch.size());
    for (Group pair : batch) {
      terms.add(term(pair, shift));
    }
    return new Evaluation(terms, state.with(SUM, sum).with(COUNT, count));
  }

  Term term(Group pair, double shift) {
    double chosen = beta * pair.a() - shift;
    double rejected = beta * pair.r() - shift;
    return Term.of(
        Scalars.softplus(-chosen) + Scalars.softplus(rejected),
        -beta * Scalars.sigmoid(-chosen),
        beta * Scalars.sigmoid(rejected));
  }
}
