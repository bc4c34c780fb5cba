package io.dpostream.judge.rule;

import com.google.re2j.Pattern;
import io.dpostream.schemas.FinishReason;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** The criteria that options describe. */
final class Criteria {
  private static final double WORDS_OF_A_TEXT = 20;
  private static final double WORDS_OF_A_SENTENCE = 8;

  private Criteria() {}

  /** The criterion of a kind, with its own options. */
  static Criterion of(CriterionOptions options) {
    return switch (options.kind()) {
      case REFERENCE -> reference(options.match().orElse(ReferenceMatch.AUTO));
      case REGEX -> regex(options.pattern().orElseThrow());
      case JSON -> Criterion.ofText(text -> truth(TextFeatures.isJson(text)));
      case BREVITY -> Criterion.ofText(text -> -text.strip().length());
      case LENGTH -> length(options.target().orElse(WORDS_OF_A_TEXT));
      case WORDS -> words(options.list());
      case DIALOGUE -> Criterion.ofText(text -> truth(TextFeatures.speeches(text) > 0));
      case SENTENCE_LENGTH -> sentenceLength(options.target().orElse(WORDS_OF_A_SENTENCE));
      case HAPPY_ENDING -> Criterion.ofText(text -> truth(TextFeatures.endingMood(text) > 0));
      case FINISHED ->
          (comparison, side) ->
              OptionalDouble.of(
                  truth(comparison.completion(side).getFinishReason() == FinishReason.STOP));
    };
  }

  /** 1 where the completion agrees with the prompt's reference answer; silent where none is. */
  static Criterion reference(ReferenceMatch match) {
    return (comparison, side) ->
        comparison
            .referenceAnswer()
            .map(answer -> OptionalDouble.of(truth(match.matches(comparison.text(side), answer))))
            .orElseGet(OptionalDouble::empty);
  }

  /** RE2 takes time in proportion to the completion, whatever the pattern. */
  private static Criterion regex(String text) {
    Pattern pattern = Pattern.compile(text);
    return Criterion.ofText(completion -> truth(pattern.matcher(completion).find()));
  }

  /** The nearer to a number of words, the better. */
  private static Criterion length(double target) {
    return Criterion.ofText(text -> -Math.abs(TextFeatures.words(text).size() - target));
  }

  private static Criterion sentenceLength(double target) {
    return Criterion.ofText(text -> -Math.abs(TextFeatures.sentenceLength(text) - target));
  }

  /** How many of the completion's words are in a list. */
  private static Criterion words(List<String> list) {
    Set<String> known =
        list.stream().map(word -> word.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    return Criterion.ofText(
        text -> TextFeatures.words(text).stream().filter(known::contains).count());
  }

  private static double truth(boolean holds) {
    return holds ? 1 : 0;
  }
}
