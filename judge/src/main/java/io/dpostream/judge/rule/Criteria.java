package io.dpostream.judge.rule;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.schemas.FinishReason;
import java.util.HashSet;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/** The kinds of criteria, by their names in the configuration. */
final class Criteria {
  private Criteria() {}

  /** The criterion that {@code kind} names, with its own options. */
  static Criterion of(JudgeOptions options) {
    String kind = options.required("kind");
    return switch (kind) {
      case "reference" -> reference(options.choice("match", ReferenceMatch.AUTO));
      case "regex" -> regex(options);
      case "json" -> Criterion.ofText(text -> truth(TextFeatures.isJson(text)));
      case "brevity" -> Criterion.ofText(text -> -text.strip().length());
      case "length" -> length(options.integer("target", 20, 1, 1_000_000));
      case "words" -> words(options);
      case "dialogue" -> Criterion.ofText(text -> truth(TextFeatures.speeches(text) > 0));
      case "sentence_length" -> sentenceLength(options.number("target", 8, 1, 1000));
      case "happy_ending" -> Criterion.ofText(text -> truth(TextFeatures.endingMood(text) > 0));
      case "finished" ->
          (comparison, side) ->
              OptionalDouble.of(
                  truth(comparison.completion(side).getFinishReason() == FinishReason.STOP));
      default ->
          options.refuse(
              "kind",
              kind,
              "one of reference, regex, json, brevity, length, words, dialogue, sentence_length,"
                  + " happy_ending, finished");
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
  private static Criterion regex(JudgeOptions options) {
    String text = options.required("pattern");
    try {
      Pattern pattern = Pattern.compile(text);
      return Criterion.ofText(completion -> truth(pattern.matcher(completion).find()));
    } catch (PatternSyntaxException e) {
      return options.refuse(
          "pattern",
          text,
          "a regular expression in RE2's syntax: %s: %s"
              .formatted(e.getDescription(), e.getPattern()));
    }
  }

  /** The nearer to a number of words, the better. */
  private static Criterion length(int target) {
    return Criterion.ofText(text -> -Math.abs(TextFeatures.words(text).size() - target));
  }

  private static Criterion sentenceLength(double target) {
    return Criterion.ofText(text -> -Math.abs(TextFeatures.sentenceLength(text) - target));
  }

  /** How many of the completion's words are in a list. */
  private static Criterion words(JudgeOptions options) {
    Set<String> list = new HashSet<>();
    options.strings("list").forEach(word -> list.add(word.toLowerCase(Locale.ROOT)));
    if (list.isEmpty()) {
      options.refuse("list", list, "a list of words");
    }
    return Criterion.ofText(
        text -> TextFeatures.words(text).stream().filter(list::contains).count());
  }

  private static double truth(boolean holds) {
    return holds ? 1 : 0;
  }
}
