package io.dpostream.judge.rule;

import static io.dpostream.judge.Examples.comparison;
import static io.dpostream.judge.Examples.prompt;
import static io.dpostream.judge.Examples.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleJudgesTest {
  private static final Prompt SUM = question("2 + 2?", "4");

  @Test
  void shouldPreferTheRightAnswerHoweverLong() {
    Judge judge = judge("reference", Map.of());

    assertThat(winner(judge, comparison(SUM, "Let me think. It is 4.", "5"))).isEqualTo(Side.FIRST);
    assertThat(winner(judge, comparison(SUM, "5", "Let me think. It is 4.")))
        .isEqualTo(Side.SECOND);
  }

  @Test
  void shouldPreferTheShorterOfTwoRightAnswers() {
    Judge judge = judge("reference", Map.of());

    assertThat(winner(judge, comparison(SUM, "It is 4.", "4"))).isEqualTo(Side.SECOND);
    assertThat(verdict(judge, comparison(SUM, "4", "4"))).isInstanceOf(Verdict.Tie.class);
  }

  @Test
  void shouldCallTwoWrongAnswersATieUnlessToldOtherwise() {
    Comparison wrong = comparison(SUM, "5", "It may be 6");

    assertThat(verdict(judge("reference", Map.of()), wrong)).isInstanceOf(Verdict.Tie.class);
    assertThat(winner(judge("reference", Map.of("brevity", "always")), wrong))
        .isEqualTo(Side.FIRST);
    assertThat(
            verdict(judge("reference", Map.of("brevity", "off")), comparison(SUM, "4", "It is 4")))
        .isInstanceOf(Verdict.Tie.class);
  }

  @Test
  void shouldAbstainWithoutAReferenceAnswer() {
    assertThat(
            verdict(
                judge("reference", Map.of("brevity", "off")), comparison(prompt("Hi"), "a", "b")))
        .isInstanceOf(Verdict.Abstain.class);
  }

  @Test
  void shouldMatchWordsNotTheirParts() {
    assertThat(ReferenceMatch.CONTAINED.matches("It's Paris, of course!", "paris")).isTrue();
    assertThat(ReferenceMatch.CONTAINED.matches("Parisian", "Paris")).isFalse();
    assertThat(ReferenceMatch.CONTAINED.matches("red; green and blue", "Red, green")).isTrue();
    assertThat(ReferenceMatch.CONTAINED.matches("anything", "?!")).isFalse();
    assertThat(ReferenceMatch.EXACT.matches(" New\n York ", "New York")).isTrue();
    assertThat(ReferenceMatch.EXACT.matches("new york", "New York")).isFalse();
    assertThat(ReferenceMatch.AUTO.matches("17 and 4", "17")).isFalse();
    assertThat(ReferenceMatch.AUTO.matches("so it is 4.0", "4")).isTrue();
    assertThat(ReferenceMatch.AUTO.matches("4 apples, 2 pears", "4 apples")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5 degrees | -5 degrees | false",
        "it is -5 degrees. | -5 degrees | true",
        "it is \u22125 degrees | -5 degrees | true",
        "it is -5 degrees | 5 degrees | false",
        "3-5 degrees | 5 degrees | true",
        "- five degrees | five degrees | true",
        "2.5 km | 5 km | false",
        "about 2.5 km. | 2.5 km | true",
        ".5 km | 5 km | false",
        "1/2 cup | 2 cup | false",
        "1,200 people | 200 people | false",
        "1,200 people | 1200 people | true",
        "a loss of -$5 each | -5 each | true",
        "on 10/12/2020. | 10/12/2020 | true",
        "on 10/11/2020 | 12/11/2020 | false",
        "It ends.5 days later | 5 days | true",
        "so 0.75 | 3/4 | true",
      })
  void shouldKeepNumbersWhole(String completion, String reference, boolean matches) {
    assertThat(ReferenceMatch.AUTO.matches(completion, reference)).isEqualTo(matches);
  }

  @Test
  void shouldLetALaterCriterionSpeakOnlyAmongEquals() {
    Judge judge =
        judge(
            "rule",
            Map.of(
                "criteria",
                List.of(Map.of("kind", "json"), Map.of("kind", "regex", "pattern", "\"b\""))));

    assertThat(winner(judge, comparison(prompt("p"), "{\"a\":1}", "\"b\" is no json")))
        .isEqualTo(Side.FIRST);
    assertThat(winner(judge, comparison(prompt("p"), "{\"a\":1}", "{\"b\":1}")))
        .isEqualTo(Side.SECOND);
  }

  @Test
  void shouldWeighCriteriaInASum() {
    // dialogue 1 * 1 against happy ending 3 * 1; the margin is first - second = 1 - 3
    Judge judge =
        judge(
            "rule",
            Map.of(
                "combine",
                "sum",
                "confidence",
                0.8,
                "criteria",
                List.of(Map.of("kind", "dialogue"), Map.of("kind", "happy_ending", "weight", 3))));

    Verdict verdict =
        verdict(judge, comparison(prompt("p"), "\"No!\" he cried.", "They were happy."));

    assertThat(verdict).isInstanceOf(Verdict.Preferred.class);
    assertThat(((Verdict.Preferred) verdict).side()).isEqualTo(Side.SECOND);
    assertThat(((Verdict.Preferred) verdict).confidence()).isEqualTo(0.8);
    assertThat(verdict.evidence().scoreMargin()).contains(-2.0);
  }

  @Test
  void shouldCallADifferenceWithinTheMarginATie() {
    Judge judge =
        judge("rule", Map.of("criteria", List.of(Map.of("kind", "brevity", "margin", 3))));

    assertThat(verdict(judge, comparison(prompt("p"), "abc", "abcdef")))
        .isInstanceOf(Verdict.Tie.class);
    assertThat(winner(judge, comparison(prompt("p"), "abc", "abcdefg"))).isEqualTo(Side.FIRST);
  }

  @Test
  void shouldCallSumsThatDifferByRoundingATie() {
    // 0.1 + 0.2 - 0.3 is 5.6e-17; with a margin of 0.3, 0.1 * 3 exceeds it by as much
    Map<String, ?> speech = Map.of("kind", "dialogue", "weight", 0.1);
    Map<String, ?> happy = Map.of("kind", "happy_ending", "weight", 0.2);
    Map<String, ?> json = Map.of("kind", "json", "weight", 0.3);
    Judge judge = judge("rule", Map.of("combine", "sum", "criteria", List.of(speech, happy, json)));
    assertThat(verdict(judge, comparison(prompt("p"), "\"Yes!\" They were happy.", "7")))
        .isInstanceOf(Verdict.Tie.class);

    Map<String, ?> brevity = Map.of("kind", "brevity", "weight", 0.1);
    Judge brief =
        judge("rule", Map.of("combine", "sum", "margin", 0.3, "criteria", List.of(brevity)));
    assertThat(winner(brief, comparison(prompt("p"), "one", "one two"))).isEqualTo(Side.FIRST);
    assertThat(verdict(brief, comparison(prompt("p"), "one", "one by")))
        .isInstanceOf(Verdict.Tie.class);
  }

  @Test
  void shouldCallSentencesEquallyFarFromTheTargetATie() {
    // 1.8 and 2.2 words, which floating point puts at .2 and .2000000000000002 from 2
    Judge judge =
        judge("rule", Map.of("criteria", List.of(Map.of("kind", "sentence_length", "target", 2))));
    String less = "One. " + "One two. ".repeat(4);
    String more = "One two three. " + "One two. ".repeat(4);

    assertThat(verdict(judge, comparison(prompt("p"), less, more))).isInstanceOf(Verdict.Tie.class);
  }

  @Test
  void shouldPreferLessWhereTheWeightIsNegative() {
    Judge judge =
        judge("rule", Map.of("criteria", List.of(Map.of("kind", "dialogue", "weight", -1))));

    assertThat(winner(judge, comparison(prompt("p"), "\"Yes!\"", "Yes"))).isEqualTo(Side.SECOND);
  }

  @Test
  void shouldFollowThePromptsTag() {
    Judge judge =
        judge(
            "rule",
            Map.of(
                "criteria", List.of(Map.of("kind", "brevity")),
                "by_tag",
                    Map.of(
                        "story",
                        Map.of("criteria", List.of(Map.of("kind", "length", "target", 3))))));

    assertThat(winner(judge, comparison(prompt("p"), "one", "one two three")))
        .isEqualTo(Side.FIRST);
    assertThat(winner(judge, comparison(prompt("p", "x", "story"), "one", "one two three")))
        .isEqualTo(Side.SECOND);
  }

  @Test
  void shouldGiveTheSameVerdictWithSidesExchanged() {
    Judge judge = judge("rule", Map.of("criteria", List.of(Map.of("kind", "sentence_length"))));
    Comparison comparison = comparison(prompt("p"), "Tom ran.", "Tom ran to the park to play.");

    assertThat(winner(judge, comparison)).isEqualTo(winner(judge, comparison.swapped()).other());
  }

  @Test
  void shouldThrowAFairCoinOncePerPair() {
    Judge judge = judge("random", Map.of());
    List<Side> sides = IntStream.range(0, 2000).mapToObj(i -> coin(judge, "pair-" + i)).toList();

    assertThat(sides)
        .isEqualTo(IntStream.range(0, 2000).mapToObj(i -> coin(judge, "pair-" + i)).toList());
    // 1000 expected, standard deviation sqrt(2000)/2 = 22
    assertThat(sides.stream().filter(Side.FIRST::equals).count()).isBetween(900L, 1100L);
  }

  @Test
  void shouldNameTheOptionThatIsWrong() {
    assertThatThrownBy(() -> judge("reference", Map.of("brevty", "off")))
        .isInstanceOf(UserException.class)
        .hasMessage("judge.brevty: no such key; did you mean judge.brevity?");
    assertThatThrownBy(() -> judge("reference", Map.of("match", "fuzzy")))
        .hasMessage("judge.match: 'fuzzy' is not one of exact, numeric, contained, auto");
    assertThatThrownBy(() -> judge("oracle", Map.of()))
        .hasMessageStartingWith("judge.type: 'oracle' is not one of llm, noisy, ");
    assertThatThrownBy(() -> judge("rule", regex("(")))
        .hasMessage(
            "judge.criteria[0].pattern: '(' must be a regular expression in RE2's syntax:"
                + " missing closing ): (");
    assertThatThrownBy(() -> judge("rule", regex("(a)\\1")))
        .hasMessage(
            "judge.criteria[0].pattern: '(a)\\1' must be a regular expression in RE2's syntax:"
                + " invalid escape sequence: \\1");
    assertThatThrownBy(
            () ->
                judge("rule", Map.of("criteria", List.of(Map.of("kind", "json", "strict", true)))))
        .hasMessageStartingWith(
            "judge.criteria[0].strict: no such key; known here: kind, weight, ");
    Map<String, ?> weightless = Map.of("criteria", List.of(Map.of("kind", "json", "weight", 0)));
    assertThatThrownBy(() -> judge("rule", weightless))
        .hasMessage(
            "judge.criteria[0].weight: 0 must be above 0 for more, or below 0 for less,"
                + " in order");
    assertThatThrownBy(() -> judge("rule", Map.of()))
        .hasMessage("judge.criteria: '[]' must hold at least one criterion");
  }

  /** Patterns and texts on which a search that backtracks does not return, or runs out of stack. */
  @Test
  void shouldComeToAVerdictWhateverThePattern() {
    String words = "word ".repeat(40);
    assertThat(
            winner(
                judge("rule", regex("^(\\w+\\s?)*$")), comparison(prompt("p"), words, words + "!")))
        .isEqualTo(Side.FIRST);
    String lines = "a\nb".repeat(20_000);
    assertThat(
            winner(judge("rule", regex("(.|\\n)*z")), comparison(prompt("p"), lines, lines + "z")))
        .isEqualTo(Side.SECOND);
  }

  @Test
  void shouldNameAnotherVersionForOtherOptions() {
    assertThat(judge("reference", Map.of("match", "exact")).version())
        .isNotEqualTo(judge("reference", Map.of()).version())
        .isEqualTo(judge("reference", Map.of("match", "exact")).version());
  }

  /** Versions stand in judgments and the statistics of them, so they outlive a release. */
  @Test
  void shouldNameTheVersionsOfThisWayOfReading() {
    List<Map<String, ?>> criteria =
        List.of(Map.of("kind", "json"), Map.of("kind", "happy_ending", "weight", 2));

    assertThat(judge("reference", Map.of()).version()).isEqualTo("reference-3-44136fa355b3");
    assertThat(judge("reference", Map.of("match", "exact")).version())
        .isEqualTo("reference-3-a83a2d537316");
    assertThat(judge("rule", Map.of("combine", "sum", "criteria", criteria)).version())
        .isEqualTo("rule-3-e58a6515a7cf");
  }

  @Test
  void shouldRefuseAnOptionOfAnotherKindOfCriterion() {
    assertThatThrownBy(
            () ->
                judge(
                    "rule",
                    Map.of(
                        "criteria", List.of(Map.of("kind", "json")),
                        "by_tag",
                            Map.of(
                                "story",
                                Map.of("criteria", List.of(Map.of("kind", "json", "target", 3)))))))
        .hasMessage("judge.by_tag.story.criteria[0].kind: 'json' has no target; leave it out");
    assertThatThrownBy(
            () ->
                judge("rule", Map.of("criteria", List.of(Map.of("kind", "length", "target", 2.5)))))
        .hasMessage("judge.criteria[0].target: 2.5 is not a whole number");
  }

  private static Map<String, ?> regex(String pattern) {
    return Map.of("criteria", List.of(Map.of("kind", "regex", "pattern", pattern)));
  }

  private static Judge judge(String type, Map<String, ?> options) {
    return Judges.onClassPath().create(type, options, "judge");
  }

  private static Verdict verdict(Judge judge, Comparison comparison) {
    return judge.compare(comparison).join();
  }

  private static Side winner(Judge judge, Comparison comparison) {
    return ((Verdict.Preferred) verdict(judge, comparison)).side();
  }

  private static Side coin(Judge judge, String pairId) {
    return winner(judge, Comparison.of(Examples.pair(pairId, SUM, "a", "b")));
  }
}
