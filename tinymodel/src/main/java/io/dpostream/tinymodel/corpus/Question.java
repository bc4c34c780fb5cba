package io.dpostream.tinymodel.corpus;

/**
 * A prompt with the answer to check a completion against.
 *
 * @param id stable for a seed
 * @param subject what it is about
 * @param text the question
 * @param answer a right completion contains it
 */
public record Question(String id, String subject, String text, String answer) {}
