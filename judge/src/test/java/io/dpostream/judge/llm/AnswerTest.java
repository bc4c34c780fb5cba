package io.dpostream.judge.llm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[A]]|A",
        "Both are fine.\\n[[C]]|TIE",
        "One might say [[A]], but on reflection: [[B]]|B",
        "{\"explanation\": \"[[A]] is wrong\", \"verdict\": \"B\"}|B",
        "{\"verdict\": \"tie\"}|TIE",
        "```json {\"verdict\": \"a\"} ```|A",
      })
  void shouldReadTheLastMarkOrTheVerdictField(String raw, Answer expected) {
    assertThat(Answer.parse(raw)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Answer A is clearly better.",
        "[A]",
        "[[D]]",
        "{\"verdict\": \"both\"}",
        "{\"verdict\": ",
        "{\"explanation\": \"[[A]]\"}"
      })
  void shouldFindNoVerdictWhereNoneIsGiven(String raw) {
    assertThat(Answer.parse(raw)).isEmpty();
  }
}
