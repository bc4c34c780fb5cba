package io.dpostream.judge.stats;

import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Judgments by pair content and voter: one of each, the newest attempt. */
final class Ballots {
  /** Pair and content, then voter. */
  private final Map<String, Map<String, Judgment>> byPair = new LinkedHashMap<>();

  private final Map<String, List<Judgment>> byVoter = new TreeMap<>();

  Ballots(Iterable<Judgment> judgments) {
    for (Judgment judgment : judgments) {
      byPair
          .computeIfAbsent(
              judgment.getPairId() + "/" + judgment.getContentHash(), k -> new TreeMap<>())
          .merge(voter(judgment), judgment, (a, b) -> b.getAttempt() > a.getAttempt() ? b : a);
    }
    byPair
        .values()
        .forEach(
            votes ->
                votes.forEach(
                    (voter, vote) ->
                        byVoter.computeIfAbsent(voter, k -> new ArrayList<>()).add(vote)));
  }

  static String voter(Judgment judgment) {
    return judgment.getJudgeId() + judgment.getAnnotatorId().map(id -> "/" + id).orElse("");
  }

  /** Each voter's judgments, in the voters' alphabetical order. */
  Map<String, List<Judgment>> byVoter() {
    return byVoter;
  }

  /** The votes on each pair, by voter. */
  Collection<Map<String, Judgment>> pairs() {
    return byPair.values();
  }

  /** How a voter's verdicts stand to the majority of certain others on the same pairs. */
  Optional<Agreement> agreement(String voter, Predicate<Judgment> others) {
    long[][] counts = new long[3][3];
    boolean any = false;
    for (Map<String, Judgment> votes : byPair.values()) {
      Judgment own = votes.get(voter);
      if (own == null || own.getVerdict() == VerdictKind.ABSTAIN) {
        continue;
      }
      List<VerdictKind> theirs =
          votes.values().stream()
              .filter(vote -> vote != own)
              .filter(others)
              .map(Judgment::getVerdict)
              .filter(verdict -> verdict != VerdictKind.ABSTAIN)
              .toList();
      if (!theirs.isEmpty()) {
        counts[own.getVerdict().ordinal()][majority(theirs).ordinal()]++;
        any = true;
      }
    }
    return any ? Optional.of(Agreement.of(counts)) : Optional.empty();
  }

  static boolean isHuman(Judgment judgment) {
    return judgment.getJudgeKind() == JudgeKind.HUMAN;
  }

  /** The verdict that more than half give, or a tie. */
  private static VerdictKind majority(List<VerdictKind> verdicts) {
    for (VerdictKind verdict : List.of(VerdictKind.FIRST, VerdictKind.SECOND)) {
      if (2 * verdicts.stream().filter(verdict::equals).count() > verdicts.size()) {
        return verdict;
      }
    }
    return VerdictKind.TIE;
  }
}
