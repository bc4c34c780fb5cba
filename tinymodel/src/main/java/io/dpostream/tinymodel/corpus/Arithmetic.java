package io.dpostream.tinymodel.corpus;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sums, differences and products of small numbers. */
final class Arithmetic {
  private static final int LARGEST_TERM = 10;
  private static final int LARGEST_FACTOR = 6;

  private Arithmetic() {}

  static Stream<Fact> facts() {
    return Stream.of(sums(), differences(), products(), successors()).flatMap(facts -> facts);
  }

  private static Stream<Fact> sums() {
    return pairs(1, LARGEST_TERM)
        .map(
            p ->
                number(
                    "addition",
                    Math.min(p.a, p.b) + "+" + Math.max(p.a, p.b),
                    p.ask("What is %d + %d?", "How much is %d plus %d?", "Add %d and %d."),
                    p.a + p.b));
  }

  private static Stream<Fact> differences() {
    return pairs(1, LARGEST_TERM)
        .map(p -> new Pair(p.a + p.b, p.b))
        .map(
            p ->
                number(
                    "subtraction",
                    p.a + "-" + p.b,
                    p.ask("What is %d - %d?", "How much is %d minus %d?", "From %d take %d."),
                    p.a - p.b));
  }

  private static Stream<Fact> products() {
    return pairs(2, LARGEST_FACTOR)
        .map(
            p ->
                number(
                    "multiplication",
                    Math.min(p.a, p.b) + "*" + Math.max(p.a, p.b),
                    p.ask("What is %d * %d?", "How much is %d times %d?", "Multiply %d by %d."),
                    p.a * p.b));
  }

  private static Stream<Fact> successors() {
    return IntStream.rangeClosed(1, 30)
        .mapToObj(
            n ->
                number(
                    "successors",
                    "after " + n,
                    List.of(
                        "Which number comes after " + n + "?",
                        "What follows " + n + "?",
                        "Name the number after " + n + "."),
                    n + 1));
  }

  private static Stream<Pair> pairs(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .boxed()
        .flatMap(a -> IntStream.rangeClosed(from, to).mapToObj(b -> new Pair(a, b)));
  }

  private static Fact number(String subject, String group, List<String> questions, int answer) {
    List<String> wrong =
        IntStream.of(answer - 2, answer - 1, answer + 1, answer + 2, answer + 10)
            .filter(n -> n >= 0)
            .mapToObj(String::valueOf)
            .toList();
    return new Fact(subject, group, questions, String.valueOf(answer), wrong);
  }

  private record Pair(int a, int b) {
    List<String> ask(String... questions) {
      return Stream.of(questions).map(question -> question.formatted(a, b)).toList();
    }
  }
}
