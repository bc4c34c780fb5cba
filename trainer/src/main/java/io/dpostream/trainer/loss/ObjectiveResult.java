package io.dpostream.trainer.loss;

import java.util.List;

/**
 * An objective's value on a batch or a part of one.
 *
 * @param loss this part's share of the step's mean loss: the shares of all parts add up to it
 * @param groups one result a preference, in the order given
 * @param state the losses' state after it
 */
public record ObjectiveResult(double loss, List<GroupResult> groups, LossState state) {
  public ObjectiveResult {
    groups = List.copyOf(groups);
  }
}
