package io.dpostream.tinymodel.corpus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Lists of numbers: counting up and counting down. */
final class Lists {
  private Lists() {}

  static Stream<Fact> facts() {
    return IntStream.rangeClosed(1, 10)
        .boxed()
        .flatMap(
            from ->
                IntStream.rangeClosed(from + 2, from + 3)
                    .boxed()
                    .flatMap(to -> Stream.of(count(from, to), countDown(from, to))));
  }

  private static Fact count(int from, int to) {
    return list(
        "counting",
        from + " to " + to,
        List.of(
            "Count from %d to %d.".formatted(from, to),
            "List the numbers from %d to %d.".formatted(from, to),
            "Name all numbers from %d to %d.".formatted(from, to)),
        IntStream.rangeClosed(from, to).boxed().toList());
  }

  private static Fact countDown(int from, int to) {
    List<Integer> numbers = new ArrayList<>(IntStream.rangeClosed(from, to).boxed().toList());
    Collections.reverse(numbers);
    return list(
        "counting down",
        from + " to " + to,
        List.of(
            "Count down from %d to %d.".formatted(to, from),
            "List the numbers down from %d to %d.".formatted(to, from),
            "Name all numbers from %d down to %d.".formatted(to, from)),
        numbers);
  }

  private static Fact list(
      String subject, String group, List<String> questions, List<Integer> answer) {
    return new Fact(subject, group, questions, join(answer), mistakes(answer));
  }

  /**
   * Makes the wrong lists: two neighbours exchanged, at each place, and the last number off by one.
   */
  private static List<String> mistakes(List<Integer> answer) {
    Set<String> mistakes = new LinkedHashSet<>();
    for (int i = 0; i + 1 < answer.size(); i++) {
      List<Integer> exchanged = new ArrayList<>(answer);
      Collections.swap(exchanged, i, i + 1);
      mistakes.add(join(exchanged));
    }
    List<Integer> off = new ArrayList<>(answer);
    off.set(off.size() - 1, off.get(off.size() - 1) + 1);
    mistakes.add(join(off));
    return List.copyOf(mistakes);
  }

  private static String join(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
