package io.dpostream.trainer.loss;

import java.util.ArrayList;
import java.util.List;

/**
 * Alignment via optimal transport, paired: smoothed sigmoid on {@code sort(πc−πr) −
 * sort(refc−refr)} over the whole batch. The term of a rank belongs to the pair whose policy
 * difference has that rank; equal values keep their order in the batch. Source: Melnyk et al., <a
 * href="https://arxiv.org/abs/2406.05882">2406.05882</a>.
 */
public record AotLoss(double beta, double labelSmoothing) implements Loss {
  @Override
  public boolean wholeBatch() {
    return true;
  }

  @Override
  public Evaluation evaluate(List<Group> batch, LossState state) {
    double[] policy = batch.stream().mapToDouble(g -> g.policy()[0] - g.policy()[1]).toArray();
    double[] reference =
        batch.stream().mapToDouble(g -> g.reference()[0] - g.reference()[1]).toArray();
    int[] policyRank = Ranks.ranks(policy);
    int[] referenceOrder = Ranks.order(reference);
    List<Term> terms = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      double difference = policy[i] - reference[referenceOrder[policyRank[i]]];
      terms.add(Term.ofMargin(Scalars.logistic(beta * difference, labelSmoothing).chain(beta)));
    }
    return new Evaluation(terms, state);
  }
}
