package io.dpostream.pipeline.evaluation;

/** Decides whether a completion answers a question correctly. */
@FunctionalInterface
public interface AnswerCheck {

  boolean isCorrect(String completion, String referenceAnswer);
}
