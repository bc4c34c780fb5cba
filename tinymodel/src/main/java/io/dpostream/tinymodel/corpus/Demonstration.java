package io.dpostream.tinymodel.corpus;

/** A question as it was answered once: what supervised fine-tuning learns from. */
public record Demonstration(String question, String completion) {}
