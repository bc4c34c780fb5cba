package io.dpostream.tinymodel.corpus;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Questions on opposites, and on what comes before and after in the week and the year. */
final class Words {
  private static final List<String> OPPOSITES =
      """
      hot cold
      big small
      tall short
      fast slow
      up down
      left right
      day night
      black white
      open closed
      happy sad
      old young
      rich poor
      wet dry
      hard soft
      full empty
      light dark
      early late
      strong weak
      clean dirty
      loud quiet
      high low
      true false
      first last
      easy difficult
      north south
      east west
      """
          .lines()
          .toList();

  private static final List<String> DAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
  private static final List<String> MONTHS =
      List.of(
          "January",
          "February",
          "March",
          "April",
          "May",
          "June",
          "July",
          "August",
          "September",
          "October",
          "November",
          "December");

  private Words() {}

  static Stream<Fact> facts() {
    return Stream.of(opposites(), order("days", "day", DAYS), order("months", "month", MONTHS))
        .flatMap(facts -> facts);
  }

  private static Stream<Fact> opposites() {
    return IntStream.range(0, OPPOSITES.size())
        .boxed()
        .flatMap(i -> Stream.of(opposite(i, 0), opposite(i, 1)));
  }

  private static Fact opposite(int i, int side) {
    String word = OPPOSITES.get(i).split(" ")[side];
    List<String> wrong =
        IntStream.rangeClosed(1, 4)
            .mapToObj(step -> OPPOSITES.get((i + step) % OPPOSITES.size()).split(" ")[1 - side])
            .toList();
    return new Fact(
        "opposites",
        OPPOSITES.get(i),
        List.of(
            "What is the opposite of " + word + "?",
            "Name the opposite of " + word + ".",
            "Which word means the opposite of " + word + "?"),
        OPPOSITES.get(i).split(" ")[1 - side],
        wrong);
  }

  private static Stream<Fact> order(String subject, String noun, List<String> all) {
    int n = all.size();
    return IntStream.range(0, n)
        .boxed()
        .flatMap(
            i -> {
              int next = (i + 1) % n;
              return Stream.of(
                  neighbour(subject, noun, "after", i, next, all),
                  neighbour(subject, noun, "before", next, i, all));
            });
  }

  private static Fact neighbour(
      String subject, String noun, String relation, int from, int to, List<String> all) {
    List<String> wrong =
        IntStream.of(-3, -2, -1, 1, 2, 3)
            .map(step -> Math.floorMod(to + step, all.size()))
            .filter(i -> i != from)
            .distinct()
            .mapToObj(all::get)
            .limit(4)
            .toList();
    String subjectName = all.get(from);
    return new Fact(
        subject,
        relation + " " + subjectName,
        List.of(
            "Which %s comes %s %s?".formatted(noun, relation, subjectName),
            "Name the %s %s %s.".formatted(noun, relation, subjectName),
            "What is the %s %s %s?".formatted(noun, relation, subjectName)),
        all.get(to),
        wrong);
  }
}
