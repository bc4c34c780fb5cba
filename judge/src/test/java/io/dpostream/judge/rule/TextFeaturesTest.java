package io.dpostream.judge.rule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextFeaturesTest {
  @Test
  void shouldCountSpeechOnlyBetweenTwoQuotationMarks() {
    assertThat(TextFeatures.speeches("\"Hello!\" said Tom. \"Hi,\" said Ben.")).isEqualTo(2);
    assertThat(TextFeatures.speeches("\u201cHello\u201d")).isEqualTo(1);
    assertThat(TextFeatures.speeches("He said \"hello and went")).isZero();
    assertThat(TextFeatures.speeches("\"\" \"!\"")).isZero();
    // the closing mark of what is no speech opens none
    assertThat(TextFeatures.speeches("\"...\" she paused. \"!\"")).isZero();
    assertThat(TextFeatures.speeches("\u201cHe said \u201cno\u201d to me.")).isEqualTo(1);
  }

  /** German texts end speech with the mark that opens it in English. */
  @Test
  void shouldReadLongRunsOfMarksInOnePass() {
    assertThat(TextFeatures.speeches("\u201eNein\u201c, sagte er. ".repeat(20_000))).isZero();
    assertThat(TextFeatures.speeches("\u201c".repeat(200_000))).isZero();
    assertThat(TextFeatures.sentenceLength("!".repeat(200_000) + "no")).isEqualTo(1.0);
  }

  @Test
  void shouldMeasureTheMeanSentenceInWords() {
    // 3 + 5 words in two sentences
    assertThat(TextFeatures.sentenceLength("Tom was sad. \"Don't cry so much, Tom!\""))
        .isEqualTo(4.0);
    assertThat(TextFeatures.sentenceLength("...")).isZero();
    assertThat(TextFeatures.sentenceLength("Tom ran")).isEqualTo(2.0);
  }

  @Test
  void shouldReadTheMoodOfTheLastTwentyWordsOnly() {
    String sad = "sad ".repeat(30);
    assertThat(TextFeatures.endingMood(sad + "and ".repeat(18) + "they smiled")).isEqualTo(1);
    assertThat(TextFeatures.endingMood("Happy days. " + "and ".repeat(19) + "he cried."))
        .isEqualTo(-1);
    assertThat(TextFeatures.endingMood("")).isZero();
  }

  @Test
  void shouldAcceptOneWholeJsonValue() {
    assertThat(TextFeatures.isJson(" {\"a\": [1, 2]}\n")).isTrue();
    assertThat(TextFeatures.isJson("7")).isTrue();
    assertThat(TextFeatures.isJson("{\"a\": 1} and more")).isFalse();
    assertThat(TextFeatures.isJson("{\"a\": ")).isFalse();
    assertThat(TextFeatures.isJson("")).isFalse();
  }
}
