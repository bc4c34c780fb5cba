package io.dpostream.tinymodel.corpus;

/** A question with one answer to it, for supervised fine-tuning to learn from. */
public record Demonstration(String question, String completion) {}
