package io.dpostream.judge.assembler;

import io.dpostream.judge.IdenticalCompletions;
import io.dpostream.judge.Side;
import io.dpostream.judge.assembler.PairState.Closed;
import io.dpostream.judge.assembler.PairState.Correctable;
import io.dpostream.judge.assembler.PairState.Early;
import io.dpostream.judge.assembler.PairState.Waiting;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The life of one pair id, as a state machine without Kafka or a clock: early votes, a pair that
 * waits for votes, a pair that has its outcome. Every pair that comes gets exactly one outcome.
 */
final class Assembly {
  /** The state after an event, empty when nothing is left to remember, and what is written. */
  record Step(Optional<PairState> state, List<Emission> emissions) {
    static Step unchanged(PairState state) {
      return new Step(Optional.of(state), List.of());
    }

    static Step dead(PairState state, ConsumerRecord<byte[], byte[]> source, String error) {
      return new Step(Optional.of(state), List.of(new Emission.Dead(source, error)));
    }
  }

  /** So that a pair and its votes fit into one preference, with room for where they stood. */
  static final int MAX_PAIR_BYTES = KafkaSettings.LARGEST_RECORD_BYTES / 4 * 3;

  /** More votes than this on one pair are refused. */
  static final int MAX_VOTES = 500;

  /** Votes that wait for one pair are kept as they were read, together up to this. */
  private static final int MAX_EARLY_BYTES = KafkaSettings.LARGEST_RECORD_BYTES;

  private static final int MAX_RATIONALE = 500;

  private final AssemblerConfig config;
  private final Quorum quorum;
  private final Function<ConsumerRecord<byte[], byte[]>, Judgment> votes;

  /**
   * A state machine under a configuration.
   *
   * @param votes decodes early votes, which were decodable when they came
   */
  Assembly(AssemblerConfig config, Function<ConsumerRecord<byte[], byte[]>, Judgment> votes) {
    this.config = config;
    this.quorum = new Quorum(config);
    this.votes = votes;
  }

  /** A pair has come: the first one under its id counts, with the votes that came before it. */
  Step pair(
      Optional<PairState> state,
      CompletionPair pair,
      ConsumerRecord<byte[], byte[]> source,
      long now) {
    String hash = pair.getContentHash();
    if (state.isPresent() && !(state.get() instanceof Early)) {
      return hash(state.get()).equals(hash)
          ? Step.unchanged(state.get())
          : Step.dead(
              state.get(),
              source,
              "pair %s: the id stands for content %s already"
                  .formatted(pair.getPairId(), hash(state.get())));
    }
    Waiting waiting = new Waiting(now + config.timeoutMs(), pair, List.of());
    Step step = begin(waiting, source, now);
    List<Emission> emissions = new ArrayList<>(step.emissions());
    if (state.isPresent() && state.get() instanceof Early early) {
      for (ConsumerRecord<byte[], byte[]> vote : early.votes()) {
        step = vote(step.state(), votes.apply(vote), vote, now);
        emissions.addAll(step.emissions());
      }
    }
    return new Step(step.state(), emissions);
  }

  /** A pair that nobody judges has its outcome at once. */
  private Step begin(Waiting waiting, ConsumerRecord<byte[], byte[]> source, long now) {
    if (source.value().length > MAX_PAIR_BYTES) {
      return drop(waiting, source, now);
    }
    if (IdenticalCompletions.in(waiting.pair())) {
      Decision identical = Decision.without(OutcomeKind.IDENTICAL, "both completions are the same");
      return new Step(
          closed(waiting, Optional.empty(), now),
          List.of(
              new Emission.Ended(
                  AssemblerRecords.outcome(waiting.pair(), identical, List.of(), now))));
    }
    return Step.unchanged(waiting);
  }

  private Step drop(Waiting waiting, ConsumerRecord<byte[], byte[]> source, long now) {
    String reason =
        "pair of %d bytes, at most %d can be assembled"
            .formatted(source.value().length, MAX_PAIR_BYTES);
    Decision dropped = Decision.without(OutcomeKind.DROPPED, reason);
    return new Step(
        closed(waiting, Optional.empty(), now),
        List.of(
            new Emission.Ended(AssemblerRecords.outcome(waiting.pair(), dropped, List.of(), now)),
            new Emission.Dead(source, reason)));
  }

  /** A vote has come. */
  Step vote(
      Optional<PairState> state, Judgment vote, ConsumerRecord<byte[], byte[]> source, long now) {
    PairState present =
        state.orElseGet(() -> new Early(now + config.earlyVoteTimeoutMs(), List.of()));
    if (present instanceof Early early) {
      return earlyVote(early, vote, source);
    }
    if (!hash(present).equals(vote.getContentHash())) {
      return Step.dead(
          present,
          source,
          "judgment %s: is on content %s, but the pair has %s"
              .formatted(vote.getJudgmentId(), vote.getContentHash(), hash(present)));
    }
    return present instanceof Waiting waiting
        ? vote(waiting, vote, source, now)
        : lateVote((Closed) present, vote, source, now);
  }

  /** The time of a state has come. */
  Step timeUp(PairState state, long now) {
    long patience = state instanceof Early ? config.earlyVoteTimeoutMs() : config.timeoutMs();
    return end(state, "within " + patience + " ms", now);
  }

  /** Too many others are open. */
  Step crowdedOut(PairState state, long now) {
    return end(state, "before more than %d ids were open".formatted(config.maxOpen()), now);
  }

  private Step end(PairState state, String when, long now) {
    if (state instanceof Early early) {
      String error = "no pair under this id %s: it never came, or left before".formatted(when);
      return new Step(
          Optional.empty(),
          early.votes().stream().<Emission>map(vote -> new Emission.Dead(vote, error)).toList());
    }
    if (state instanceof Waiting waiting) {
      return close(waiting, quorum.decideNow(waiting.votes(), when), now);
    }
    return new Step(Optional.empty(), List.of());
  }

  private Step earlyVote(Early early, Judgment vote, ConsumerRecord<byte[], byte[]> source) {
    int bytes =
        early.votes().stream().mapToInt(SourceRecords::bytes).sum() + SourceRecords.bytes(source);
    if (early.votes().size() >= MAX_VOTES || bytes > MAX_EARLY_BYTES) {
      return Step.dead(
          early,
          source,
          "more than %d votes, or %d bytes of them, wait for a pair that is not there"
              .formatted(MAX_VOTES, MAX_EARLY_BYTES));
    }
    for (ConsumerRecord<byte[], byte[]> waiting : early.votes()) {
      if (votes.apply(waiting).getJudgmentId().equals(vote.getJudgmentId())) {
        return Step.unchanged(early);
      }
    }
    List<ConsumerRecord<byte[], byte[]>> more = new ArrayList<>(early.votes());
    more.add(source);
    return Step.unchanged(new Early(early.until(), more));
  }

  private Step vote(
      Waiting waiting, Judgment vote, ConsumerRecord<byte[], byte[]> source, long now) {
    Votes.Added added = Votes.add(waiting.votes(), remembered(vote));
    if (added instanceof Votes.Added.Refused refused) {
      return Step.dead(waiting, source, refused.reason());
    }
    if (added instanceof Votes.Added.Counted counted) {
      if (counted.votes().size() > MAX_VOTES) {
        return Step.dead(waiting, source, "more than " + MAX_VOTES + " votes on one pair");
      }
      Waiting more = new Waiting(waiting.until(), waiting.pair(), counted.votes());
      return quorum
          .decide(more.votes())
          .map(decision -> close(more, decision, now))
          .orElseGet(() -> Step.unchanged(more));
    }
    return Step.unchanged(waiting);
  }

  private Step close(Waiting waiting, Decision decision, long now) {
    List<Emission> emissions = new ArrayList<>();
    emissions.add(
        new Emission.Ended(
            AssemblerRecords.outcome(waiting.pair(), decision, waiting.votes(), now)));
    decision
        .preferred()
        .ifPresent(
            side ->
                emissions.add(
                    new Emission.Preferred(
                        AssemblerRecords.preference(
                            waiting.pair(), decision, side, waiting.votes(), 0, now))));
    Optional<Correctable> correctable =
        config.correctionWindowMs() == 0
            ? Optional.empty()
            : Optional.of(
                new Correctable(waiting.pair(), waiting.votes(), decision.preferred(), 0));
    return new Step(closed(waiting, correctable, now), emissions);
  }

  /** What is remembered of a pair that has its outcome, and for how long. */
  private Optional<PairState> closed(Waiting pair, Optional<Correctable> correctable, long now) {
    long window = Math.max(config.closedWindowMs(), config.correctionWindowMs());
    return window == 0
        ? Optional.empty()
        : Optional.of(
            new Closed(
                now + window,
                pair.pair().getContentHash(),
                pair.votes().stream().map(Judgment::getJudgmentId).toList(),
                correctable));
  }

  /** A vote without what stands in its topic and is not needed to decide. */
  private static Judgment remembered(Judgment vote) {
    Optional<String> tooLong = vote.getRationale().filter(text -> text.length() > MAX_RATIONALE);
    if (vote.getCalls().isEmpty() && tooLong.isEmpty()) {
      return vote;
    }
    Judgment.Builder kept = Judgment.newBuilder(vote).setCalls(List.of());
    tooLong.ifPresent(text -> kept.setRationale(text.substring(0, MAX_RATIONALE) + "..."));
    return kept.build();
  }

  private Step lateVote(
      Closed closed, Judgment vote, ConsumerRecord<byte[], byte[]> source, long now) {
    if (closed.judgmentIds().contains(vote.getJudgmentId())) {
      return Step.unchanged(closed);
    }
    if (!isPersons(vote)) {
      return new Step(Optional.of(closed), List.of(new Emission.Late(vote)));
    }
    boolean inWindow =
        now < closed.until() - Math.max(0, config.closedWindowMs() - config.correctionWindowMs());
    if (closed.correctable().isEmpty() || !inWindow) {
      return Step.dead(
          closed,
          source,
          "judgment %s: too late, the pair has its outcome".formatted(vote.getJudgmentId()));
    }
    Correctable before = closed.correctable().get();
    Votes.Added added = Votes.add(before.votes(), remembered(vote));
    if (added instanceof Votes.Added.Refused refused) {
      return Step.dead(closed, source, refused.reason());
    }
    if (closed.judgmentIds().size() >= 2 * MAX_VOTES) {
      return Step.dead(closed, source, "more than " + 2 * MAX_VOTES + " votes on one pair");
    }
    if (!(added instanceof Votes.Added.Counted counted)) {
      return Step.unchanged(closed);
    }
    return correct(closed, before, counted.votes(), source, now);
  }

  /**
   * A correction that changes the chosen side is a new revision of the preference that stands, or
   * the pair's first preference where there is none. A correction to a tie is set aside: no record
   * can take back what may have been trained on.
   */
  private Step correct(
      Closed closed,
      Correctable before,
      List<Judgment> votes,
      ConsumerRecord<byte[], byte[]> source,
      long now) {
    Decision decision = quorum.decided(votes);
    Optional<Side> side = decision.preferred();
    boolean changed = side.isPresent() && !side.equals(before.standing());
    boolean again = changed && before.standing().isPresent();
    int revision = again ? before.revision() + 1 : before.revision();
    Correctable after =
        new Correctable(before.pair(), votes, changed ? side : before.standing(), revision);
    List<String> ids = new ArrayList<>(closed.judgmentIds());
    votes.stream().map(Judgment::getJudgmentId).filter(id -> !ids.contains(id)).forEach(ids::add);
    Closed next = new Closed(closed.until(), closed.contentHash(), ids, Optional.of(after));
    if (changed) {
      return new Step(
          Optional.of(next),
          List.of(
              new Emission.Preferred(
                  AssemblerRecords.preference(
                      before.pair(), decision, side.orElseThrow(), votes, revision, now))));
    }
    return side.isEmpty() && before.standing().isPresent()
        ? Step.dead(
            next, source, "a correction to %s takes no preference back".formatted(decision.kind()))
        : Step.unchanged(next);
  }

  /** Their judge's own abstention, without a person, is like a machine's. */
  private static boolean isPersons(Judgment vote) {
    return vote.getJudgeKind() == JudgeKind.HUMAN && vote.getAnnotatorId().isPresent();
  }

  private static String hash(PairState state) {
    if (state instanceof Waiting waiting) {
      return waiting.pair().getContentHash();
    }
    return state instanceof Closed closed ? closed.contentHash() : "";
  }
}
