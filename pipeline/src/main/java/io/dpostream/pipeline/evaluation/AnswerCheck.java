package io.dpostream.pipeline.evaluation;

/** Says whether a completion answers a question rightly. */
@FunctionalInterface
public interface AnswerCheck {

  boolean isCorrect(String completion, String referenceAnswer);
}
