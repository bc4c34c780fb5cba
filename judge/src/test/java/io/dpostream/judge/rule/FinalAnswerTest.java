package io.dpostream.judge.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinalAnswerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "She makes 9 * 2 = <<9*2=18>>18 dollars. #### 18 | 18",
        "#### 1,234,567 | 1234567",
        "#### -3 | -3",
        "#### $70,000.00 | 70000.00",
        "so \\boxed{42} cm, not 43 | 42",
        "The answer is 5 apples, not 6 | 5",
        "Answer: 0.5 | 0.5",
        "it costs $2.50. | 2.50",
        "that leaves 10-7 | 7",
        "then 3 - 8 = -5 | -5",
        "only .75 | 0.75",
        "three quarters, 3/4 | 0.75",
        "a rise of 150% | 150",
        "12. | 12",
      })
  void shouldReadTheNumberASolutionEndsIn(String text, BigDecimal expected) {
    assertThat(FinalAnswer.in(text).orElseThrow()).isEqualByComparingTo(expected);
  }

  @Test
  void shouldFindNoneInWords() {
    assertThat(FinalAnswer.in("I do not know. ####")).isEmpty();
    assertThat(FinalAnswer.in("no number, no answer: none")).isEmpty();
  }
}
