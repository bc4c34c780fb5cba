package io.dpostream.sampler;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Settings of which completions of a prompt make pairs. */
public record PairingConfig(
    @Doc("Completions of a group, from which its pairs are made.") @Default("2")
        int completionsPerPrompt,
    @Doc(
            "Which of a group make pairs: `two`, of groups of two; `all`, each with each other; or"
                + " `length`, the longest with the shortest, in tokens.")
        @Default("two")
        Pairing pairing) {

  /** Which completions make pairs. */
  public enum Pairing {
    TWO,
    ALL,
    LENGTH
  }

  private static final int MOST = 64;

  /** The places of a pair's completions in their group, the earlier one first. */
  record Places(int first, int second) {}

  public PairingConfig {
    Require.between("completions_per_prompt", completionsPerPrompt, 2, MOST);
    Require.that(
        pairing != Pairing.TWO || completionsPerPrompt == 2,
        "completions_per_prompt",
        completionsPerPrompt,
        "must be 2 with pairing two; set pairing to all or length");
  }

  /** How many pairs a group makes. */
  int pairs() {
    return pairing == Pairing.ALL ? completionsPerPrompt * (completionsPerPrompt - 1) / 2 : 1;
  }

  /**
   * Makes the pairs of a group.
   *
   * @param lengths of its completions, in tokens
   */
  List<Places> pairs(List<Integer> lengths) {
    if (pairing == Pairing.LENGTH) {
      return List.of(longestAndShortest(lengths));
    }
    List<Places> pairs = new ArrayList<>();
    for (int i = 0; i < lengths.size(); i++) {
      for (int j = i + 1; j < lengths.size(); j++) {
        pairs.add(new Places(i, j));
      }
    }
    return pairs;
  }

  /** The first of equals; where all are, the first two. Which is longer does not tell the side. */
  private static Places longestAndShortest(List<Integer> lengths) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < lengths.size(); i++) {
      places.add(i);
    }
    int longest = places.stream().max(byLength(lengths)).orElseThrow();
    int shortest =
        places.stream()
            .filter(place -> place != longest)
            .min(Comparator.comparing(lengths::get))
            .orElseThrow();
    return new Places(Math.min(longest, shortest), Math.max(longest, shortest));
  }

  private static Comparator<Integer> byLength(List<Integer> lengths) {
    return Comparator.<Integer, Integer>comparing(lengths::get)
        .thenComparing(Comparator.reverseOrder());
  }
}
