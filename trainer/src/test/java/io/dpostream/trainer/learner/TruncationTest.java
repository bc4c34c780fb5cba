package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.text.TokenSequence;
import org.junit.jupiter.api.Test;

class TruncationTest {

  @Test
  void shouldCutThePromptFromTheLeftAndTheCompletionAtItsEnd() {
    Truncation truncation = new Truncation(5, 3);
    TokenSequence cut = truncation.cut(new int[] {1, 2, 3, 4, 5}, new int[] {6, 7, 8});
    assertThat(cut.prompt()).containsExactly(3, 4, 5);
    assertThat(cut.completion()).containsExactly(6, 7);
  }

  @Test
  void shouldCutThePromptTheSameForBothSides() {
    Truncation truncation = new Truncation(5, 3);
    int[] prompt = {1, 2, 3, 4, 5};
    assertThat(truncation.cut(prompt, new int[] {6}).prompt())
        .isEqualTo(truncation.cut(prompt, new int[9]).prompt());
  }

  @Test
  void shouldLeaveWhatFits() {
    Truncation truncation = new Truncation(5, 3);
    TokenSequence kept = truncation.cut(new int[] {1, 2}, new int[] {6, 7, 8});
    assertThat(kept.prompt()).containsExactly(1, 2);
    assertThat(kept.completion()).containsExactly(6, 7, 8);
  }

  @Test
  void shouldRefuseToEmptyACompletion() {
    assertThat(new Truncation(3, 3).refusal(new int[3])).isPresent();
    assertThat(new Truncation(4, 3).refusal(new int[9])).isEmpty();
  }
}
