package io.dpostream.trainer.loss;

import java.util.ArrayList;
import java.util.List;

/**
 * Alignment via optimal transport, unpaired: smoothed sigmoid on {@code sort(a) − sort(r)} over the
 * whole batch. The loss of a rank is counted with the pair whose chosen completion has that rank;
 * equal values keep their order in the batch. Source: Melnyk et al., <a
 * href="https://arxiv.org/abs/2406.05882">2406.05882</a>.
 */
public record AotUnpairedLoss(double beta, double labelSmoothing) implements Loss {
  @Override
  public boolean wholeBatch() {
    return true;
  }

  @Override
  public Evaluation evaluate(List<Group> batch, LossState state) {
    double[] chosen = batch.stream().mapToDouble(Group::a).toArray();
    double[] rejected = batch.stream().mapToDouble(Group::r).toArray();
    int[] chosenOrder = Ranks.order(chosen);
    int[] chosenRank = Ranks.ranks(chosen);
    int[] rejectedOrder = Ranks.order(rejected);
    int[] rejectedRank = Ranks.ranks(rejected);
    List<Term> terms = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      ValueAndDerivative asChosen = atRank(chosen[i], rejected[rejectedOrder[chosenRank[i]]]);
      ValueAndDerivative asRejected = atRank(chosen[chosenOrder[rejectedRank[i]]], rejected[i]);
      terms.add(Term.of(asChosen.value(), asChosen.derivative(), -asRejected.derivative()));
    }
    return new Evaluation(terms, state);
  }

  private ValueAndDerivative atRank(double chosen, double rejected) {
    return Scalars.logistic(beta * (chosen - rejected), labelSmoothing).chain(beta);
  }
}
