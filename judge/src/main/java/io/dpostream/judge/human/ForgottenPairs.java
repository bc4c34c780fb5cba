package io.dpostream.judge.human;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What is kept of forgotten pairs: each person's counts, and the newest of the pair ids. */
final class ForgottenPairs {
  private final int remembered;
  private final Map<String, Progress> progress = new HashMap<>();
  private final Set<String> ids = new LinkedHashSet<>();

  /**
   * None yet.
   *
   * @param remembered so many ids are told from those of new pairs
   */
  ForgottenPairs(int remembered) {
    this.remembered = remembered;
  }

  void add(String pairId, OpenPair pair, int places) {
    for (String voter : pair.voters()) {
      progress.merge(voter, pair.progress(voter, places), Progress::plus);
    }
    ids.add(pairId);
    if (ids.size() > remembered) {
      ids.remove(ids.iterator().next());
    }
  }

  boolean contains(String pairId) {
    return ids.contains(pairId);
  }

  Progress progress(String annotator) {
    return progress.getOrDefault(annotator, Progress.NONE);
  }
}
