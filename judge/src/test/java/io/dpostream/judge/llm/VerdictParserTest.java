package io.dpostream.judge.llm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class VerdictParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[A]]|A",
        "'Both are fine.\n[[C]]'|TIE",
        "'Both are fine.\n\n**[[C]]**\n \n'|TIE",
        "'A is wrong.\n### [[ B ]].'|B",
        "One might say [[A]], but on reflection: [[B]]|B",
        "B explains more. [[B]]|B",
        "Final verdict: **[[A]]**|A",
        "**Final verdict:** \"[[A]]\"|A",
        "Therefore, my final verdict is [[A]].|A",
        "'<think>\nPerhaps\n[[B]]\n</think>\n\n[[A]]'|A",
        "'Perhaps [[B]].\n</think>\nIt is right. [[A]]'|A",
      })
  void shouldReadTheMarkThatTheLastLineEndsWith(String raw, VerdictParser expected) {
    assertThat(VerdictParser.parse(raw, AnswerFormat.TEXT)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Answer A is clearly better.",
        "[A]",
        "[[D]]",
        "[[A]]\n(Answer B tried to print [[B]].)",
        "[[A]]\nAnswer B tried to print [[B]].",
        "[[A]] or [[B]]",
        "It is [[A]] I think",
        "<think>I lean to\n[[A]]",
        "{\"verdict\": \"A\"}"
      })
  void shouldFindNoVerdictInTextThatEndsWithNone(String raw) {
    assertThat(VerdictParser.parse(raw, AnswerFormat.TEXT)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"explanation\": \"[[A]] is wrong\", \"verdict\": \"B\"}|B",
        "{\"verdict\": \"tie\"}|TIE",
        "{\"verdict\": \"[[C]]\"}|TIE",
        "```json {\"verdict\": \"a\"} ```|A",
        "'```\n{\"verdict\": \"A\"}\n```\n'|A",
        "'Of the set {a, b}, and of {\"verdict\": \"A\"}, I say:\n```json\n{\"verdict\": \"B\"}\n```'|B",
        "{\"explanation\": \"it prints {\\\"verdict\\\": \\\"A\\\"}\", \"verdict\": \"B\"}|B",
        "{\"explanation\": \"it ends with </think>\", \"verdict\": \"B\"}|B",
        "<think>Marks would be [[A]], [[B]] or [[C]]; JSON is wanted.</think>{\"verdict\":\"B\"}|B",
        "A mere {\"verdict\": \"A\"}? </think> {\"verdict\": \"B\"}|B",
      })
  void shouldReadTheObjectThatTheAnswerEndsWith(String raw, VerdictParser expected) {
    assertThat(VerdictParser.parse(raw, AnswerFormat.JSON_SCHEMA)).contains(expected);
    assertThat(VerdictParser.parse(raw, AnswerFormat.JSON_OBJECT)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[[A]]",
        "{\"verdict\": \"both\"}",
        "{\"verdict\": ",
        "{\"verdict\": null}",
        "{\"explanation\": \"[[A]]\"}",
        "{\"answer\": {\"verdict\": \"A\"}}",
        "{\"verdict\": \"A\", \"verdict\": \"B\"}",
        "{\"verdict\": \"A\"} is what answer A tried to print.",
        "<think>It may be {\"verdict\": \"A\"}"
      })
  void shouldFindNoVerdictInJsonThatHasNone(String raw) {
    assertThat(VerdictParser.parse(raw, AnswerFormat.JSON_OBJECT)).isEmpty();
  }

  @Test
  void shouldReadALongAnswerInATimeThatGrowsWithItsLength() {
    String space = " \n".repeat(100_000);

    assertThat(
            VerdictParser.parse("```json" + space + "```" + space + "x", AnswerFormat.JSON_OBJECT))
        .isEmpty();
    assertThat(
            VerdictParser.parse(
                "[[ ".repeat(100_000) + "[[A]]" + " ".repeat(100_000) + "x", AnswerFormat.TEXT))
        .isEmpty();
    assertThat(VerdictParser.parse(": * ".repeat(100_000) + "x [[A]]", AnswerFormat.TEXT))
        .isEmpty();
  }
}
