package io.dpostream.judge.rule;

/** What a criterion scores; more is better. */
public enum CriterionKind {
  /** 1 where the completion agrees with the prompt's reference answer; silent where none is. */
  REFERENCE,
  /** 1 where a pattern is found. */
  REGEX,
  /** 1 where the completion is JSON. */
  JSON,
  /** The fewer characters, the better. */
  BREVITY,
  /** The nearer to a number of words, the better. */
  LENGTH,
  /** How many of the completion's words are in a list. */
  WORDS,
  /** 1 where somebody speaks. */
  DIALOGUE,
  /** The nearer the sentences are to a number of words, the better. */
  SENTENCE_LENGTH,
  /** 1 where the end is happy. */
  HAPPY_ENDING,
  /** 1 where the completion ended by itself. */
  FINISHED;

  /** Whether it scores the distance from a number of words. */
  boolean hasTarget() {
    return this == LENGTH || this == SENTENCE_LENGTH;
  }
}
