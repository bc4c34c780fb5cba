package io.dpostream.tinymodel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Learns a byte-level byte-pair encoding (Sennrich et al. 2016): in each round the most frequent
 * pair of neighbouring symbols becomes a new symbol. Texts are split into words as GPT-2's
 * tokenizer does, and symbols never cross a word boundary.
 */
final class BytePairs {
  private static final Pattern WORD =
      Pattern.compile(
          "'(?:s|t|re|ve|m|ll|d)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

  private BytePairs() {}

  /** A rule that joins two neighbouring symbols into one. */
  record Merge(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  /**
   * Learns the merges, in the order in which they apply. Among equally frequent pairs the
   * alphabetically first one is taken, so the result depends on the texts alone.
   *
   * @param limit greatest number of merges; there are fewer when no pair is left that occurs twice
   */
  static List<Merge> learn(Collection<String> texts, int limit) {
    Map<List<String>, Long> words = words(texts);
    List<Merge> merges = new ArrayList<>();
    while (merges.size() < limit) {
      Optional<Merge> best = mostFrequent(words);
      if (best.isEmpty()) {
        break;
      }
      merges.add(best.get());
      words = apply(best.get(), words);
    }
    return merges;
  }

  private static Map<List<String>, Long> words(Collection<String> texts) {
    return texts.stream()
        .flatMap(text -> WORD.matcher(text).results().map(MatchResult::group))
        .collect(Collectors.groupingBy(ByteLetters::of, Collectors.counting()));
  }

  private static Optional<Merge> mostFrequent(Map<List<String>, Long> words) {
    Map<Merge, Long> counts = new HashMap<>();
    words.forEach(
        (word, count) -> {
          for (int i = 0; i + 1 < word.size(); i++) {
            counts.merge(new Merge(word.get(i), word.get(i + 1)), count, Long::sum);
          }
        });
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() > 1)
        .min(
            Map.Entry.<Merge, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(entry -> entry.getKey().left())
                .thenComparing(entry -> entry.getKey().right()))
        .map(Map.Entry::getKey);
  }

  private static Map<List<String>, Long> apply(Merge merge, Map<List<String>, Long> words) {
    Map<List<String>, Long> merged = new LinkedHashMap<>();
    words.forEach((word, count) -> merged.merge(apply(merge, word), count, Long::sum));
    return merged;
  }

  private static List<String> apply(Merge merge, List<String> word) {
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      boolean pair =
          i + 1 < word.size()
              && word.get(i).equals(merge.left())
              && word.get(i + 1).equals(merge.right());
      merged.add(pair ? merge.joined() : word.get(i));
      i += pair ? 1 : 0;
    }
    return merged;
  }
}
