package io.dpostream.judge.rule;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import io.dpostream.settings.Spelling;
import java.util.List;
import java.util.Optional;

/** One criterion of a rule: what all kinds have, and the keys of some kinds only. */
public record CriterionOptions(
    @Doc("What is scored.") CriterionKind kind,
    @Doc("Weight of the score in a sum; a negative one prefers less, in order too.") @Default("1")
        double weight,
    @Doc("Scores that differ by no more decide nothing.") @Default("0") double margin,
    @Doc("Two completions that both score 0 or less are a tie, whatever comes after.")
        @Default("false")
        boolean required,
    @Doc(
            "Of kind `reference`: when a completion agrees with the reference answer; `auto` unless set.")
        Optional<ReferenceMatch> match,
    @Doc("Of kind `regex`, which must have it: a pattern in RE2's syntax.")
        Optional<String> pattern,
    @Doc(
            "Words that are best: of a completion (`length`, 20 unless set) or of a sentence"
                + " (`sentence_length`, 8 unless set).")
        Optional<Double> target,
    @Doc("Of kind `words`, which must have it: the words that count.") List<String> list) {

  private static final double LARGEST = 1e9;
  private static final int LONGEST_TEXT = 1_000_000;
  private static final int LONGEST_SENTENCE = 1000;

  public CriterionOptions {
    list = List.copyOf(list);
    Require.between("weight", weight, -LARGEST, LARGEST);
    Require.between("margin", margin, 0, LARGEST);
    requireKind(match.isPresent(), "match", kind == CriterionKind.REFERENCE, kind);
    requireKind(pattern.isPresent(), "pattern", kind == CriterionKind.REGEX, kind);
    requireKind(target.isPresent(), "target", kind.hasTarget(), kind);
    requireKind(!list.isEmpty(), "list", kind == CriterionKind.WORDS, kind);
    if (kind == CriterionKind.REGEX) {
      requirePattern(pattern);
    }
    if (kind == CriterionKind.WORDS) {
      Require.that(!list.isEmpty(), "list", list, "must hold at least one word");
    }
    if (kind == CriterionKind.LENGTH) {
      target.ifPresent(
          words -> {
            Require.between("target", words, 1, LONGEST_TEXT);
            Require.that(words == Math.rint(words), "target", words, "is not a whole number");
          });
    }
    if (kind == CriterionKind.SENTENCE_LENGTH) {
      target.ifPresent(words -> Require.between("target", words, 1, LONGEST_SENTENCE));
    }
  }

  /** The part in a rule that these options describe. */
  Rule.Clause clause() {
    return new Rule.Clause(Spelling.of(kind), Criteria.of(this), weight, margin, required);
  }

  private static void requireKind(boolean set, String key, boolean has, CriterionKind kind) {
    Require.that(!set || has, "kind", kind, "has no " + key + "; leave it out");
  }

  private static void requirePattern(Optional<String> pattern) {
    String text = pattern.orElse("");
    Require.that(pattern.isPresent(), "pattern", text, "must be a regular expression");
    try {
      Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw Require.refusal(
          "pattern",
          text,
          "must be a regular expression in RE2's syntax: %s: %s"
              .formatted(e.getDescription(), e.getPattern()));
    }
  }
}
