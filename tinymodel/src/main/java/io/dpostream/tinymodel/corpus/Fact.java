package io.dpostream.tinymodel.corpus;

import java.util.List;

/**
 * Something that can be asked in several ways and has one right answer.
 *
 * @param subject what it is about, such as {@code capitals}
 * @param group shared by facts that give each other away, such as 3 + 4 and 4 + 3
 * @param questions ways of asking for it
 * @param answer the right answer
 * @param wrongAnswers likely mistakes; none contains the right answer
 */
record Fact(
    String subject,
    String group,
    List<String> questions,
    String answer,
    List<String> wrongAnswers) {
  Fact {
    questions = List.copyOf(questions);
    wrongAnswers = List.copyOf(wrongAnswers);
    if (questions.size() < 2 || wrongAnswers.isEmpty()) {
      throw new IllegalArgumentException(
          "fact " + group + ": needs two ways to ask and a wrong answer");
    }
    for (String wrong : wrongAnswers) {
      if (Answers.contains(wrong, answer)) {
        throw new IllegalArgumentException(
            "fact " + group + ": the wrong answer " + wrong + " contains the right one");
      }
    }
  }
}
