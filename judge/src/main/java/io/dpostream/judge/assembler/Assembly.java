package io.dpostream.judge.assembler;

import io.dpostream.judge.Side;
import io.dpostream.judge.assembler.PairState.Closed;
import io.dpostream.judge.assembler.PairState.Correctable;
import io.dpostream.judge.assembler.PairState.Early;
import io.dpostream.judge.assembler.PairState.Waiting;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
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

  /** More early votes than this under one pair id are refused. */
  private static final int MAX_EARLY_VOTES = 100;

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
    Step step =
        Step.unchanged(new Waiting(Math.addExact(now, config.timeoutMs()), pair, List.of()));
    if (state.isPresent() && state.get() instanceof Early early) {
      List<Emission> emissions = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> vote : early.votes()) {
        step = vote(step.state(), votes.apply(vote), vote, now);
        emissions.addAll(step.emissions());
      }
      return new Step(step.state(), emissions);
    }
    return step;
  }

  /** A vote has come. */
  Step vote(
      Optional<PairState> state, Judgment vote, ConsumerRecord<byte[], byte[]> source, long now) {
    PairState present =
        state.orElseGet(
            () -> new Early(Math.addExact(now, config.earlyVoteTimeoutMs()), List.of()));
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
    if (state instanceof Early early) {
      List<Emission> dead = new ArrayList<>();
      early
          .votes()
          .forEach(
              vote ->
                  dead.add(
                      new Emission.Dead(
                          vote,
                          "no pair under this id within %d ms: it never came, or left before"
                              .formatted(config.earlyVoteTimeoutMs()))));
      return new Step(Optional.empty(), dead);
    }
    if (state instanceof Waiting waiting) {
      return close(waiting, quorum.decideNow(waiting.votes()), now);
    }
    return new Step(Optional.empty(), List.of());
  }

  private Step earlyVote(Early early, Judgment vote, ConsumerRecord<byte[], byte[]> source) {
    if (early.votes().size() >= MAX_EARLY_VOTES) {
      return Step.dead(
          early,
          source,
          "more than " + MAX_EARLY_VOTES + " votes wait for a pair that is not there");
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
    Votes.Added added = Votes.add(waiting.votes(), vote);
    if (added instanceof Votes.Added.Refused refused) {
      return Step.dead(waiting, source, refused.reason());
    }
    if (added instanceof Votes.Added.Counted counted) {
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
        new Emission.Ended(Records.outcome(waiting.pair(), decision, waiting.votes(), now)));
    decision
        .preferred()
        .ifPresent(
            side ->
                emissions.add(
                    new Emission.Preferred(
                        Records.preference(
                            waiting.pair(), decision, side, waiting.votes(), 0, now))));
    long window = Math.max(config.closedWindowMs(), config.correctionWindowMs());
    if (window == 0) {
      return new Step(Optional.empty(), emissions);
    }
    Optional<Correctable> correctable =
        config.correctionWindowMs() == 0
            ? Optional.empty()
            : Optional.of(
                new Correctable(waiting.pair(), waiting.votes(), decision.preferred(), 0));
    Closed closed =
        new Closed(
            Math.addExact(now, window),
            waiting.pair().getContentHash(),
            waiting.votes().stream().map(Judgment::getJudgmentId).toList(),
            correctable);
    return new Step(Optional.of(closed), emissions);
  }

  private Step lateVote(
      Closed closed, Judgment vote, ConsumerRecord<byte[], byte[]> source, long now) {
    if (closed.judgmentIds().contains(vote.getJudgmentId())) {
      return Step.unchanged(closed);
    }
    if (vote.getJudgeKind() != JudgeKind.HUMAN) {
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
    Votes.Added added = Votes.add(before.votes(), vote);
    if (added instanceof Votes.Added.Refused refused) {
      return Step.dead(closed, source, refused.reason());
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
    Decision decision = quorum.decideNow(votes);
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
                  Records.preference(
                      before.pair(), decision, side.orElseThrow(), votes, revision, now))));
    }
    return side.isEmpty() && before.standing().isPresent()
        ? Step.dead(
            next, source, "a correction to %s takes no preference back".formatted(decision.kind()))
        : Step.unchanged(next);
  }

  private static String hash(PairState state) {
    if (state instanceof Waiting waiting) {
      return waiting.pair().getContentHash();
    }
    return state instanceof Closed closed ? closed.contentHash() : "";
  }
}
