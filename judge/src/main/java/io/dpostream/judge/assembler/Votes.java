package io.dpostream.judge.assembler;

import io.dpostream.schemas.Judgment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The votes on one pair that count, in the order they came: one of each judge and annotator, the
 * first unless a later one says that it supersedes. Attempts order the votes of one annotator, so
 * that the result is the same in whatever order they arrive.
 */
final class Votes {
  private Votes() {}

  /** What became of a vote. */
  sealed interface Added {
    /** It counts; the votes with it. */
    record Counted(List<Judgment> votes) implements Added {}

    /** It was there already, or a later vote has superseded it. */
    record Repeated() implements Added {}

    /** It cannot count. */
    record Refused(String reason) implements Added {}
  }

  static Added add(List<Judgment> votes, Judgment vote) {
    for (int i = 0; i < votes.size(); i++) {
      Judgment present = votes.get(i);
      if (present.getJudgmentId().equals(vote.getJudgmentId())) {
        return new Added.Repeated();
      }
      if (sameVoter(present, vote)) {
        if (supersedes(vote, present)) {
          List<Judgment> replaced = new ArrayList<>(votes);
          replaced.set(i, vote);
          return new Added.Counted(List.copyOf(replaced));
        }
        return supersedes(present, vote)
            ? new Added.Repeated()
            : new Added.Refused(
                "second vote of %s%s, which does not supersede %s"
                    .formatted(
                        vote.getJudgeId(),
                        vote.getAnnotatorId().map(id -> "/" + id).orElse(""),
                        present.getJudgmentId()));
      }
    }
    List<Judgment> more = new ArrayList<>(votes);
    more.add(vote);
    return new Added.Counted(List.copyOf(more));
  }

  private static boolean sameVoter(Judgment a, Judgment b) {
    return a.getJudgeId().equals(b.getJudgeId()) && a.getAnnotatorId().equals(b.getAnnotatorId());
  }

  private static boolean supersedes(Judgment later, Judgment earlier) {
    Optional<String> superseded = later.getSupersedes();
    return superseded.isPresent()
        && (superseded.get().equals(earlier.getJudgmentId())
            || later.getAttempt() > earlier.getAttempt());
  }
}
