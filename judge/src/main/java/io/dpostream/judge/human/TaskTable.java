package io.dpostream.judge.human;

import io.dpostream.judge.Comparison;
import io.dpostream.schemas.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which pairs wait for people, who holds which of them, and who has said what. It keeps nothing of
 * its own: pairs, votes and outcomes are told from their topics, in any order and any number of
 * times, so after a restart it is told the same again. Leases alone end with the process. A pair
 * that is over leaves its counts behind and is forgotten. Thread-safe.
 */
public final class TaskTable {
  /** Pairs that were forgotten and are told from new ones: some ten megabytes of ids. */
  private static final int REMEMBERED = 100_000;

  private static final String DECIDED = "This pair was decided while you were reading it.";

  /** What becomes of the wish to take a vote back. */
  public sealed interface Undone {
    /** The pair is this person's task again; the vote stands until a new one replaces it. */
    record Again(Task task) implements Undone {}

    /** It cannot be. */
    record Refused(String why) implements Undone {}
  }

  /**
   * A pair that people will not judge.
   *
   * @param missing verdicts of people that will not come
   */
  public record GivenUp(Comparison comparison, int missing, String reason) {}

  private final TaskTableSettings rules;
  private final Map<String, OpenPair> pairs = new LinkedHashMap<>();
  private final Map<String, HumanVote> lastVotes = new HashMap<>();
  private final ForgottenPairs past = new ForgottenPairs(REMEMBERED);

  public TaskTable(TaskTableSettings rules) {
    this.rules = rules;
  }

  /**
   * A pair was sampled. The first content under an id stays, as far as people see it.
   *
   * @param policyVersion that wrote it: pairs of newer ones come first
   */
  public synchronized void sampled(Comparison comparison, long policyVersion) {
    pair(comparison.pairId()).ifPresent(pair -> pair.content(comparison, policyVersion));
  }

  /** A person's vote for this judge stands in the log. */
  public synchronized void voted(HumanVote vote) {
    if (pair(vote.pairId()).filter(pair -> pair.vote(vote)).isPresent()) {
      lastVotes.merge(vote.annotator(), vote, HumanVote::later);
    }
  }

  /** Another judge's vote stands in the log, or another human judge's. */
  public synchronized void votedElsewhere(
      String pairId, String contentHash, String voter, boolean person, VerdictKind verdict) {
    pair(pairId).ifPresent(pair -> pair.otherVote(voter, contentHash, person, verdict));
  }

  /** This judge's own abstention stands in the log: people are not asked any more. */
  public synchronized void gaveUp(String pairId) {
    pair(pairId).ifPresent(OpenPair::giveUp);
  }

  /** The pair has its outcome. */
  public synchronized void ended(String pairId, Instant at) {
    pair(pairId).ifPresent(pair -> pair.end(at));
  }

  /**
   * The task that this person holds, or one that is free, leased from now: the oldest of the newest
   * version, so that people judge what the policy writes today.
   */
  public synchronized Optional<Task> next(String annotator, Instant now) {
    return pairs.values().stream()
        .flatMap(pair -> held(pair, annotator, now).stream())
        .findFirst()
        .or(
            () ->
                newestFirst()
                    .filter(pair -> isOffered(pair, annotator, now))
                    .findFirst()
                    .map(pair -> lease(pair, annotator, now)));
  }

  /** Why this person does not hold the turn any more; empty as long as it is held. */
  public synchronized Optional<String> lost(
      String annotator, String pairId, int attempt, Instant now) {
    OpenPair pair = pairs.getOrDefault(pairId, new OpenPair());
    return turn(pair, annotator) == attempt ? refusal(pair, annotator, attempt, now) : gone();
  }

  /** The person's last vote becomes a task again. */
  public synchronized Undone undo(String annotator, Instant now) {
    HumanVote last = lastVotes.get(annotator);
    if (last == null) {
      return new Undone.Refused("There is nothing to take back.");
    }
    OpenPair pair = pairs.get(last.pairId());
    if (pair == null || pair.comparison().isEmpty() || pair.isOver(now, rules.corrections())) {
      return new Undone.Refused("Your last pair has been decided and cannot be changed any more.");
    }
    if (!pair.hasPlace(annotator, rules.votesPerPair(), now)) {
      return new Undone.Refused("Somebody else has taken the pair that you skipped.");
    }
    pairs.values().forEach(other -> other.release(annotator));
    return new Undone.Again(lease(pair, annotator, now));
  }

  /** A person answers a turn at a pair, in terms of what stood left and right. */
  public synchronized SubmissionResult post(
      String annotator, String pairId, int attempt, Choice choice, Instant now) {
    OpenPair pair = pairs.getOrDefault(pairId, new OpenPair());
    Optional<HumanVote> last = pair.voteOf(annotator);
    if (last.isPresent() && attempt <= last.get().attempt()) {
      return new SubmissionResult.Repeated(last.get());
    }
    Optional<String> why = lost(annotator, pairId, attempt, now);
    if (why.isPresent()) {
      return new SubmissionResult.TooLate(why.get());
    }
    HumanVote vote =
        new HumanVote(
            rules.judgeId(),
            pairId,
            pair.comparison().orElseThrow().contentHash(),
            annotator,
            attempt,
            choice.verdict(Task.left(pairId, annotator)),
            now);
    Duration thinking =
        pair.leaseOf(annotator).map(t -> Duration.between(t.leased(), now)).orElse(Duration.ZERO);
    return new SubmissionResult.Accepted(pair.written(vote), thinking);
  }

  /** How far the work and this person are. */
  public synchronized Progress progress(String annotator) {
    Progress progress = past.progress(annotator);
    for (OpenPair pair : pairs.values()) {
      progress = progress.plus(pair.progress(annotator, rules.votesPerPair()));
    }
    return progress;
  }

  /**
   * Pairs for which this judge should abstain, so that nobody waits for it: everybody has skipped
   * them, or nobody has answered them and so many wait already that people would not come to them.
   */
  public synchronized List<GivenUp> toGiveUp(Instant now) {
    List<GivenUp> result = new ArrayList<>();
    int waiting = 0;
    for (OpenPair pair : newestFirst().toList()) {
      if (!pair.isWanting(rules.votesPerPair())) {
        continue;
      }
      Comparison comparison = pair.comparison().orElseThrow();
      int missing = pair.missing(rules.votesPerPair());
      boolean idle = !pair.isInHand(now);
      if (idle && pair.isSkippedByAll(rules.annotators(), rules.votesPerPair())) {
        result.add(new GivenUp(comparison, missing, "skipped by everybody who was left"));
      } else if (++waiting > rules.maxOpen() && idle && pair.voters().isEmpty()) {
        result.add(
            new GivenUp(comparison, missing, rules.maxOpen() + " pairs wait for people already"));
      }
    }
    return result;
  }

  /** Lets go of pairs that are over. Called once everything written before is told. */
  public synchronized void forget(Instant now) {
    forget(now, pair -> true);
  }

  /**
   * Takes in what was written earlier, while topics are read from their beginning.
   *
   * @param told until when everything is told, by the clocks of those who wrote it. Where these
   *     differ, a pair may come after its outcome; so a pair that has not come is kept
   */
  public synchronized void forgetTold(Instant told) {
    forget(told, pair -> pair.comparison().isPresent());
  }

  private void forget(Instant now, Predicate<OpenPair> allowed) {
    for (Iterator<Map.Entry<String, OpenPair>> all = pairs.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, OpenPair> entry = all.next();
      OpenPair pair = entry.getValue();
      if (pair.isOver(now, rules.kept()) && allowed.test(pair)) {
        past.add(entry.getKey(), pair, rules.votesPerPair());
        all.remove();
      }
    }
  }

  /** Pairs of one version stay in the order in which they came. */
  private Stream<OpenPair> newestFirst() {
    return pairs.values().stream()
        .sorted(Comparator.comparingLong(OpenPair::policyVersion).reversed());
  }

  /** What is known of a pair; nothing of one that was forgotten, which is over for good. */
  private Optional<OpenPair> pair(String pairId) {
    return past.contains(pairId)
        ? Optional.empty()
        : Optional.of(pairs.computeIfAbsent(pairId, id -> new OpenPair()));
  }

  private Optional<Task> held(OpenPair pair, String annotator, Instant now) {
    return pair.leaseOf(annotator)
        .filter(task -> task.isHeld(now) && !pair.isOver(now, rules.corrections()));
  }

  private boolean isOffered(OpenPair pair, String annotator, Instant now) {
    return pair.voteOf(annotator).isEmpty()
        && (!pair.hasEnded() || rules.showDecided())
        && !pair.isOver(now, rules.corrections())
        && pair.isFree(annotator, rules.votesPerPair(), now);
  }

  /** The attempt that this person's next vote on a pair has. */
  private static int turn(OpenPair pair, String annotator) {
    return pair.voteOf(annotator).map(vote -> vote.attempt() + 1).orElse(1);
  }

  /**
   * Why a vote in this turn cannot count. One that may stand in the log does, however long the log
   * is away. Without a lease, the judge was restarted while the person was reading; then the vote
   * counts as long as nobody else has taken the place.
   */
  private Optional<String> refusal(OpenPair pair, String annotator, int attempt, Instant now) {
    if (pair.comparison().isEmpty()) {
      return gone();
    }
    if (pair.isOver(now, rules.corrections())) {
      return Optional.of(DECIDED);
    }
    if (pair.isBeingWritten(annotator, attempt)) {
      return Optional.empty();
    }
    Optional<Task> lease = pair.leaseOf(annotator);
    if (lease.isPresent()) {
      return lease.get().isHeld(now)
          ? Optional.empty()
          : Optional.of("Your time for this pair has ended, so it went back to everybody.");
    }
    return pair.hasPlace(annotator, rules.votesPerPair(), now)
        ? Optional.empty()
        : Optional.of("Somebody else has taken this pair in the meantime.");
  }

  private static Optional<String> gone() {
    return Optional.of("This pair is no longer here.");
  }

  private Task lease(OpenPair pair, String annotator, Instant now) {
    Task task =
        new Task(
            pair.comparison().orElseThrow(),
            annotator,
            turn(pair, annotator),
            pair.voteOf(annotator).map(HumanVote::verdict),
            now,
            now.plus(rules.lease()));
    pair.lease(task);
    return task;
  }
}
