package io.dpostream.trainer.loss;

import java.util.ArrayList;
import java.util.List;

/** A loss whose term for a group depends on that group alone. */
@FunctionalInterface
public interface GroupLoss extends Loss {

  /** The group's loss and its gradient with respect to the policy's sums. */
  Term term(Group group);

  @Override
  default Evaluation evaluate(List<Group> batch, LossState state) {
    List<Term> terms = new ArrayList<>(batch.size());
    for (Group group : batch) {
      terms.add(term(group));
    }
    return new Evaluation(terms, state);
  }
}
