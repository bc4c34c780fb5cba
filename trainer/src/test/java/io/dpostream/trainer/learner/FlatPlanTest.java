package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.text.TokenSequence;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlatPlanTest {
  private static final TokenSequence A1 = new TokenSequence(new int[] {1, 2, 3}, new int[4]);
  private static final TokenSequence A2 = new TokenSequence(new int[] {1, 2, 3}, new int[6]);
  private static final TokenSequence B1 = new TokenSequence(new int[] {1, 2, 4}, new int[1]);
  private static final TokenSequence B2 = new TokenSequence(new int[] {1, 2, 4}, new int[2]);

  /** The first pair has 3 + 3 + 5 inputs and 10 targets, the second 3 + 0 + 1 and 3. */
  @Test
  void shouldFillPassesWithPairsAsFarAsTheBudgetGoes() {
    List<TokenSequence> all = List.of(A1, A2, B1, B2);

    assertThat(passes(new PassBudget(15, 13), all)).containsExactly(List.of(0, 1, 2, 3));
    assertThat(passes(new PassBudget(14, 13), all)).containsExactly(List.of(0, 1), List.of(2, 3));
    assertThat(passes(new PassBudget(15, 12), all)).containsExactly(List.of(0, 1), List.of(2, 3));
    assertThat(passes(new PassBudget(1, 1), all)).containsExactly(List.of(0, 1), List.of(2, 3));
  }

  @Test
  void shouldPutASequenceWithoutItsSiblingIntoAPassToo() {
    assertThat(passes(new PassBudget(100, 100), List.of(A2, B1))).containsExactly(List.of(0, 1));
    assertThat(passes(new PassBudget(10, 100), List.of(A2, B1)))
        .containsExactly(List.of(0), List.of(1));
  }

  private static List<List<Integer>> passes(PassBudget budget, List<TokenSequence> sequences) {
    return new FlatPlan(budget).passes(sequences).stream().map(PlannedPass::members).toList();
  }
}
