package io.dpostream.tinymodel.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Countries and their capitals, asked in both directions. */
final class Capitals {
  private static final List<String> PAIRS =
      """
      Austria Vienna
      Belgium Brussels
      Canada Ottawa
      Chile Santiago
      China Beijing
      Cuba Havana
      Egypt Cairo
      Finland Helsinki
      France Paris
      Germany Berlin
      Greece Athens
      Hungary Budapest
      India Delhi
      Iran Tehran
      Iraq Baghdad
      Ireland Dublin
      Italy Rome
      Japan Tokyo
      Kenya Nairobi
      Nepal Kathmandu
      Norway Oslo
      Peru Lima
      Poland Warsaw
      Portugal Lisbon
      Russia Moscow
      Spain Madrid
      Sweden Stockholm
      Syria Damascus
      Turkey Ankara
      Vietnam Hanoi
      """
          .lines()
          .toList();

  private Capitals() {}

  static Stream<Fact> facts() {
    return IntStream.range(0, PAIRS.size())
        .boxed()
        .flatMap(i -> Stream.of(capitalOf(i), countryOf(i)));
  }

  private static Fact capitalOf(int i) {
    String country = country(i);
    return new Fact(
        "capitals",
        country,
        List.of(
            "What is the capital of " + country + "?",
            "Name the capital of " + country + ".",
            "Which city is the capital of " + country + "?"),
        capital(i),
        neighbours(i).stream().map(Capitals::capital).toList());
  }

  private static Fact countryOf(int i) {
    String capital = capital(i);
    return new Fact(
        "countries",
        country(i),
        List.of(
            capital + " is the capital of which country?",
            "Which country has " + capital + " as its capital?",
            "Name the country whose capital is " + capital + "."),
        country(i),
        neighbours(i).stream().map(Capitals::country).toList());
  }

  /** The four entries around it in the list. */
  private static List<Integer> neighbours(int i) {
    List<Integer> neighbours = new ArrayList<>();
    for (int step : new int[] {-2, -1, 1, 2}) {
      neighbours.add(Math.floorMod(i + step, PAIRS.size()));
    }
    return neighbours;
  }

  private static String country(int i) {
    return PAIRS.get(i).split(" ")[0];
  }

  private static String capital(int i) {
    return PAIRS.get(i).split(" ")[1];
  }
}
