package io.dpostream.judge.human;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.human.Progress.Agreement;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is known of one pair. Its events may come in any order, votes before the pair itself. */
final class OpenPair {
  /** A vote of another judge, by content so that one on other content never counts. */
  private record Other(String contentHash, boolean person, VerdictKind verdict) {}

  private final Map<String, HumanVote> votes = new HashMap<>();
  private final Map<String, HumanVote> pending = new HashMap<>();
  private final Map<String, Other> others = new HashMap<>();
  private final Map<String, Task> leases = new HashMap<>();
  private Optional<Comparison> comparison = Optional.empty();
  private Optional<Instant> ended = Optional.empty();
  private long policyVersion;
  private boolean givenUp;

  /** The first content stays, without what people do not see, such as token ids. */
  void content(Comparison seen, long version) {
    if (comparison.isEmpty()) {
      comparison = Optional.of(shown(seen));
      policyVersion = version;
      votes.values().removeIf(vote -> !vote.contentHash().equals(seen.contentHash()));
    }
  }

  Optional<Comparison> comparison() {
    return comparison;
  }

  /** The version that wrote it, for the order of pairs alone: nobody is shown it. */
  long policyVersion() {
    return policyVersion;
  }

  void end(Instant at) {
    ended = ended.or(() -> Optional.of(at));
  }

  boolean hasEnded() {
    return ended.isPresent();
  }

  /** The judge has abstained: nobody is asked any more. */
  void giveUp() {
    givenUp = true;
  }

  /** Whether no vote counts any more, however late corrections may come. */
  boolean isOver(Instant now, Duration corrections) {
    return ended.isPresent() && !now.isBefore(ended.get().plus(corrections));
  }

  /** Whether the vote is the newest of its person. */
  boolean vote(HumanVote vote) {
    if (comparison.isPresent() && !comparison.get().contentHash().equals(vote.contentHash())) {
      return false;
    }
    HumanVote earlier = votes.get(vote.annotator());
    if (earlier != null && earlier.attempt() >= vote.attempt()) {
      return false;
    }
    votes.put(vote.annotator(), vote);
    pending.remove(vote.annotator());
    leases.remove(vote.annotator());
    return true;
  }

  Optional<HumanVote> voteOf(String annotator) {
    return Optional.ofNullable(votes.get(annotator));
  }

  Set<String> voters() {
    return Set.copyOf(votes.keySet());
  }

  void otherVote(String voter, String contentHash, boolean person, VerdictKind verdict) {
    others.put(voter, new Other(contentHash, person, verdict));
  }

  /** Whether this turn's vote is on its way to the log, where it may stand already. */
  boolean isBeingWritten(String annotator, int attempt) {
    return Optional.ofNullable(pending.get(annotator))
        .filter(vote -> vote.attempt() == attempt)
        .isPresent();
  }

  /** The vote as it is to be written: a vote whose fate is unknown is written again as it was. */
  HumanVote written(HumanVote vote) {
    HumanVote before = pending.get(vote.annotator());
    if (before != null && before.attempt() == vote.attempt()) {
      return before;
    }
    pending.put(vote.annotator(), vote);
    return vote;
  }

  void lease(Task task) {
    leases.put(task.annotator(), task);
  }

  void release(String annotator) {
    leases.remove(annotator);
  }

  Optional<Task> leaseOf(String annotator) {
    return Optional.ofNullable(leases.get(annotator));
  }

  /** Whether a person may take one of its places. */
  boolean isFree(String annotator, int places, Instant now) {
    return comparison.isPresent() && !givenUp && hasPlace(annotator, places, now);
  }

  /** Whether this person's verdict has a place, or others leave one. */
  boolean hasPlace(String annotator, int places, Instant now) {
    return hasVerdict(annotator) || taken(annotator, now) < places;
  }

  /** Whether somebody holds it, or has a vote on its way to the log. */
  boolean isInHand(Instant now) {
    return !pending.isEmpty() || leases.values().stream().anyMatch(task -> task.isHeld(now));
  }

  /** Whether it still lacks verdicts of people. */
  boolean isWanting(int places) {
    return comparison.isPresent() && !givenUp && ended.isEmpty() && missing(places) > 0;
  }

  /** Verdicts that it lacks. */
  int missing(int places) {
    return places - (int) votes.keySet().stream().filter(this::hasVerdict).count();
  }

  /** Whether it lacks verdicts, and each of these people has answered or passed. */
  boolean isSkippedByAll(Set<String> people, int places) {
    return isWanting(places) && votes.keySet().containsAll(people);
  }

  private boolean hasVerdict(String annotator) {
    return voteOf(annotator).filter(v -> v.verdict() != VerdictKind.ABSTAIN).isPresent();
  }

  /** Places of others: verdicts, votes being written, and leases. */
  private int taken(String annotator, Instant now) {
    Set<String> people = new HashSet<>(pending.keySet());
    leases.values().stream().filter(t -> t.isHeld(now)).forEach(t -> people.add(t.annotator()));
    votes.keySet().stream().filter(this::hasVerdict).forEach(people::add);
    people.remove(annotator);
    return people.size();
  }

  /** How far it is, and this person with it. */
  Progress progress(String annotator, int places) {
    return new Progress(
        votes.containsKey(annotator) ? 1 : 0,
        isWanting(places) ? 1 : 0,
        withPeople(annotator),
        withOthers(annotator, false));
  }

  private Agreement withPeople(String annotator) {
    Agreement agreement = withOthers(annotator, true);
    for (HumanVote vote : votes.values()) {
      if (!vote.annotator().equals(annotator)) {
        agreement = agreement.plus(compare(annotator, vote.verdict()));
      }
    }
    return agreement;
  }

  private Agreement withOthers(String annotator, boolean people) {
    Agreement agreement = Agreement.NONE;
    for (Other other : others.values()) {
      boolean same = comparison.filter(c -> c.contentHash().equals(other.contentHash)).isPresent();
      if (other.person == people && same) {
        agreement = agreement.plus(compare(annotator, other.verdict));
      }
    }
    return agreement;
  }

  private Agreement compare(String annotator, VerdictKind other) {
    VerdictKind own = voteOf(annotator).map(HumanVote::verdict).orElse(VerdictKind.ABSTAIN);
    if (own == VerdictKind.ABSTAIN || other == VerdictKind.ABSTAIN) {
      return Agreement.NONE;
    }
    return new Agreement(1, own == other ? 1 : 0);
  }

  private static Comparison shown(Comparison pair) {
    return new Comparison(
        pair.pairId(),
        pair.contentHash(),
        pair.prompt(),
        shown(pair.first()),
        shown(pair.second()));
  }

  private static Completion shown(Completion completion) {
    return Completion.newBuilder()
        .setText(completion.getText())
        .setTokenIds(List.of())
        .setFinishReason(completion.getFinishReason())
        .build();
  }
}
