package io.dpostream.judge.rule;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;

/** The options of type {@code reference}. */
public record ReferenceOptions(
    @Doc("When a completion agrees with the prompt's reference answer.") @Default("auto")
        ReferenceMatch match,
    @Doc("Whether the shorter one wins among equals; `correct`: only among two that are right.")
        @Default("correct")
        Brevity brevity,
    @Doc("Probability that a preference is right, 0.5 to 1.") @Default("1") double confidence) {

  /** Among which completions the shorter one wins. */
  public enum Brevity {
    CORRECT,
    ALWAYS,
    OFF
  }

  public ReferenceOptions {
    Require.between("confidence", confidence, 0.5, 1);
  }
}
