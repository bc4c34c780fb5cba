package io.dpostream.tinymodel.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CorpusTest {
  private static final Corpus CORPUS = Corpus.generate(CorpusOptions.defaults());

  @Test
  void shouldBeAFunctionOfItsOptions() {
    assertThat(Corpus.generate(CorpusOptions.defaults())).isEqualTo(CORPUS);
    assertThat(Corpus.generate(CorpusOptions.defaults().withSeed(18))).isNotEqualTo(CORPUS);
  }

  @Test
  void shouldKeepHeldOutQuestionsOutOfAllElse() {
    Set<String> seen =
        Stream.of(
                CORPUS.facts().stream().map(Demonstration::question),
                CORPUS.demonstrations().stream().map(Demonstration::question),
                CORPUS.preference().stream().map(Question::text))
            .flatMap(texts -> texts)
            .collect(Collectors.toSet());

    assertThat(CORPUS.heldOut()).hasSizeGreaterThan(100);
    assertThat(CORPUS.heldOut()).noneMatch(question -> seen.contains(question.text()));
  }

  @Test
  void shouldLetAModelKnowEveryHeldOutFact() {
    Set<String> answers =
        CORPUS.facts().stream().map(Demonstration::completion).collect(Collectors.toSet());

    assertThat(CORPUS.heldOut())
        .allMatch(question -> answers.contains(Answers.brief(question.answer())));
  }

  /**
   * Right and wrong answers are wordy equally often. With n of each above 1000, the difference of
   * two shares of .65 has a standard deviation of at most sqrt(2 * .65 * .35 / 1000) = .021.
   */
  @Test
  void shouldGiveWrongAnswersNoMarkOfStyle() {
    Map<String, String> answers = new HashMap<>();
    Stream.concat(CORPUS.preference().stream(), CORPUS.heldOut().stream())
        .forEach(question -> answers.put(question.text(), question.answer()));
    List<Demonstration> checkable =
        CORPUS.demonstrations().stream().filter(d -> answers.containsKey(d.question())).toList();
    Map<Boolean, List<Demonstration>> byTruth =
        checkable.stream()
            .collect(
                Collectors.partitioningBy(
                    d -> Answers.contains(d.completion(), answers.get(d.question()))));

    double right = (double) byTruth.get(true).size() / checkable.size();
    assertThat(right).isCloseTo(CorpusOptions.defaults().correct(), within(0.03));
    assertThat(wordy(byTruth.get(false))).isCloseTo(wordy(byTruth.get(true)), within(0.07));
  }

  private static double wordy(List<Demonstration> demonstrations) {
    return (double)
            demonstrations.stream().filter(d -> d.completion().split(" ").length > 4).count()
        / demonstrations.size();
  }
}
