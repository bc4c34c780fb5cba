package io.dpostream.judge.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(FinalAnswer.in(text).orElseThrow().value()).isEqualByComparingTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "#### 72 | 72",
        "#### 72 square feet. | 72",
        "#### **$1,200** | 1200",
        "####72% | 72",
        "#### 1 1/2 cups | 1.5",
        "It is 5. #### 7 apples;#### Note;as above | 7",
        // headings of Markdown
        "#### Step 2: Add;48+24=72;;**The answer is 72.**;(2 ways) | 72",
        "#### 3. Compute the total;The answer is 72. | 72",
        "##### 5;so 72 | 72",
        "#### 2 of the many steps;The total is \\boxed{72} | 72",
      })
  void shouldTakeGsm8ksMarkOnlyForALineWithANumber(String lines, BigDecimal expected) {
    assertThat(FinalAnswer.in(lines.replace(';', '\n')).orElseThrow().value())
        .isEqualByComparingTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The answer is 48 + 24 = 72. | 72",
        "The answer is $48 + $24 = $72, so 3 = 3. | 72",
        "The answer is 1,000 * 2.5 = 2,500 (as 1 = 1) | 2500",
        "The answer is x = 72 | 72",
        "The answer is 4! = 24 | 24",
        "The answer is \\(48 + 24 \\,= 72\\). | 72",
        "The answer is 72. Check: 72 / 2 = 36 | 72",
        "Answer:;- 72 apples | 72",
        "---;72 | 72",
        "the temperature is -5;and $-3 | -3",
        "a loss of -$5 | -5",
        "10 - 7 | 7",
        "it is \u22125 | -5",
      })
  void shouldReadEquationsAndSigns(String lines, BigDecimal expected) {
    assertThat(FinalAnswer.in(lines.replace(';', '\n')).orElseThrow().value())
        .isEqualByComparingTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "an area of 72 m^2. | 72",
        "72 m2 | 72",
        "72 s^{-2} | 72",
        "\\boxed{72 cm^2} | 72",
        "\\boxed{72 \\text{ cm}^{2}} | 72",
        "\\boxed{\\frac{3}{4}} | 0.75",
        "\\boxed{-\\dfrac{3}{4}} | -0.75",
        "\\boxed{1\\frac{1}{2}} cups, not 2 | 1.5",
        "\\boxed{1{,}000} | 1000",
        "\\boxed{1\\,000} | 1000",
        "\\boxed{10,\\!080} | 10080",
        "\\boxed{-\\$5} | -5",
        "\\boxed{\\text{so } x = 5} and 7 | 5",
        "the box \\boxed{72 | 72",
        "1 000 people | 1000",
        "1\u00a0234\u00a0567 | 1234567",
        "May 5 2024 | 2024",
        "The answer is 1 1/2 cups | 1.5",
        "\u7b54\u6848\u662f72 | 72",
        "version 1.2.30 | 30",
      })
  void shouldReadUnitsAndLatex(String text, BigDecimal expected) {
    assertThat(FinalAnswer.in(text).orElseThrow().value()).isEqualByComparingTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1,000",
        ",000",
        "1",
        "0",
        "1/0",
        "1/",
        " 1",
        "- ",
        "$",
        "#",
        "#### ",
        "#### 1",
        "####1a",
        "#### 1/9",
        "####\t",
        "\\boxed{",
        "\\frac{",
        "\\frac{1}",
        "{",
        "answer ",
        "answer is 1=",
        "answer is",
        "^{-",
        "1.",
        "a"
      })
  void shouldReadLongTextsOfAnyKind(String part) {
    assertThat(FinalAnswer.in(part.repeat(20_000) + "; 7")).isPresent();
    assertThat(ReferenceMatch.AUTO.matches(part.repeat(20_000), "-5 km")).isFalse();
  }

  @Test
  void shouldFindNoneInWords() {
    assertThat(FinalAnswer.in("I do not know. ####")).isEmpty();
    assertThat(FinalAnswer.in("no number, no answer: none")).isEmpty();
  }
}
