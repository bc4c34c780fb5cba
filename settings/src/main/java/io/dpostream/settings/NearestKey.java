package io.dpostream.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what was probably meant by a misspelt key. */
public final class NearestKey {

  private NearestKey() {}

  /** The known key with the fewest edits from {@code key}, if at most a third of it is wrong. */
  static Optional<String> to(String key, Collection<String> known) {
    return to(key, known, Math.max(1, key.length() / 3));
  }

  /** The known key with the fewest edits from {@code key}, if there are at most {@code limit}. */
  public static Optional<String> to(String key, Collection<String> known, int limit) {
    return known.stream()
        .min(Comparator.comparingInt(k -> edits(key, k)))
        .filter(k -> edits(key, k) <= limit);
  }

  /** Levenshtein's distance: insertions, deletions and substitutions of one character. */
  static int edits(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
