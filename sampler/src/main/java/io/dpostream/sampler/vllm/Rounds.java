package io.dpostream.sampler.vllm;

import io.dpostream.policy.model.Generation;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.RequestRefusedException;
import io.dpostream.sampler.vllm.VllmException.Kind;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes a batch on several servers. What a round does not bring is asked for in the next, of
 * another server where there is one. A server that has lost the version, since it was started anew,
 * is brought it again.
 *
 * <p>Only what a server wrote with the version that was asked for is a completion. A request that
 * every server in reach refuses, or that one fails at each time, is refused if they complete
 * another.
 */
final class Rounds {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);

  /** The two completions of a pair go to one server, which computes their prompt once. */
  private static final int TOGETHER = 2;

  private final VllmEngine engine;
  private final List<Replica> replicas;
  private final ServedVersion served;
  private final VllmSettings settings;
  private final List<CompletionCall> calls;
  private final Finished finished;
  private final List<Optional<Generation>> done;
  private final Map<Integer, Failure> failures = new LinkedHashMap<>();
  private final Map<Replica, Integer> maxLengths = new LinkedHashMap<>();
  private final Map<Integer, Map<Replica, String>> refusals = new LinkedHashMap<>();

  private record Failure(Replica replica, VllmException cause) {}

  Rounds(VllmEngine engine, ServedVersion served, List<CompletionCall> calls) {
    this.engine = engine;
    this.replicas = engine.replicas();
    this.served = served;
    this.settings = engine.settings();
    this.calls = calls;
    this.finished = served.finished();
    finished.keepOnly(calls);
    this.done = new ArrayList<>(calls.stream().map(finished::of).toList());
  }

  /** Asks until every call is answered. */
  List<Generation> complete() {
    String reason = "";
    int idle = 0;
    for (int round = 0; !missing().isEmpty(); round++) {
      int before = missing().size();
      List<Replica> able = new ArrayList<>();
      for (Replica replica : awake()) {
        Optional<String> failure = prepare(replica);
        failure.ifPresentOrElse(f -> {}, () -> able.add(replica));
        reason = failure.orElse(reason);
      }
      if (!able.isEmpty()) {
        reason = tooShort(able).orElse(reason);
        ask(able, round);
        reason = failures.values().stream().findFirst().map(f -> f.cause.reason()).orElse(reason);
      }
      int missing = missing().size();
      refuseWhatEveryServerRefuses(able);
      idle = missing < before ? 0 : idle + 1;
      if (idle >= settings.maxAttempts()) {
        refuseWhatServersFailAt();
        throw new EngineUnavailableException(tooSlow().orElse(reason));
      }
      if (missing > 0) {
        log.debug("{} of {} completions are missing: {}", missing, calls.size(), reason);
        pause(settings.retryBackoffMs() << Math.min(idle, 6));
      }
    }
    finished.clear();
    return done.stream().flatMap(Optional::stream).toList();
  }

  private List<Integer> missing() {
    return IntStream.range(0, calls.size()).filter(i -> done.get(i).isEmpty()).boxed().toList();
  }

  /** The servers that do not rest; all of them if all do. */
  private List<Replica> awake() {
    long now = System.nanoTime();
    List<Replica> awake = replicas.stream().filter(r -> !r.rests(now)).toList();
    return awake.isEmpty() ? replicas : awake;
  }

  /** Brings the version to a server that does not have it; returns why it could not be. */
  private Optional<String> prepare(Replica replica) {
    try (WeightsCheck check = engine.comparing(served)) {
      maxLengths.put(replica, replica.base().maxLength()); // may be another after a failure
      if (!served.isOn(replica)) {
        served.bringTo(replica, check);
        log.info("{} has {} again", replica.server().address(), served.name());
      }
      return Optional.empty();
    } catch (VllmException | UserException e) {
      replica.rest(System.nanoTime());
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void ask(List<Replica> able, int round) {
    failures.clear();
    Map<Integer, CompletableFuture<Generation>> asked = new LinkedHashMap<>();
    Map<Integer, Replica> of = new LinkedHashMap<>();
    try {
      for (int i : missing()) {
        List<Replica> open = able.stream().filter(r -> isOpen(i, r)).toList();
        if (open.isEmpty()) {
          continue;
        }
        Replica replica = open.get((i / TOGETHER + round) % open.size());
        of.put(i, replica);
        asked.put(i, served.complete(replica, calls.get(i)));
      }
      asked.forEach((i, answer) -> take(i, answer, of.getOrDefault(i, able.get(0))));
    } finally {
      asked.values().forEach(answer -> answer.cancel(true));
    }
    settle();
  }

  /** Whether a server takes a sequence of this length, and has not refused the call yet. */
  private boolean isOpen(int i, Replica replica) {
    return fits(i, replica) && !refusals.getOrDefault(i, Map.of()).containsKey(replica);
  }

  private boolean fits(int i, Replica replica) {
    return maxLengths.getOrDefault(replica, 0) >= calls.get(i).longest();
  }

  /** What to say of a call that is too long for every server, if there is one. */
  private Optional<String> tooShort(List<Replica> able) {
    return missing().stream()
        .filter(i -> able.stream().noneMatch(r -> fits(i, r)))
        .findFirst()
        .map(
            i ->
                "%s takes sequences of %d tokens; start it with --max-model-len %d or more"
                    .formatted(
                        able.get(0).server().address(),
                        maxLengths.getOrDefault(able.get(0), 0),
                        calls.get(i).longest()));
  }

  private void take(int i, CompletableFuture<Generation> answer, Replica replica) {
    try {
      Generation written = VllmHttp.await(answer);
      finished.add(calls.get(i), written);
      done.set(i, Optional.of(written));
      replica.answered();
    } catch (VllmException e) {
      failures.put(i, new Failure(replica, e));
    }
  }

  /** Draws the conclusions from a round's failures, once for each server. */
  private void settle() {
    for (Replica replica : replicas) {
      List<Kind> kinds =
          failures.values().stream()
              .filter(f -> f.replica == replica)
              .map(f -> f.cause.kind())
              .distinct()
              .toList();
      conclude(replica, kinds);
    }
  }

  private void conclude(Replica replica, List<Kind> kinds) {
    if (kinds.contains(Kind.NO_SUCH_MODEL) || kinds.contains(Kind.OTHER_WEIGHTS)) {
      served.forget(replica);
      replica.forgetBase(); // it may have been started anew, with another
    } else if (kinds.stream().anyMatch(k -> k != Kind.REQUEST_REFUSED && k != Kind.FAILED)) {
      replica.rest(System.nanoTime());
    }
  }

  /** Refuses a request once no server in reach is left that has not refused it. */
  private void refuseWhatEveryServerRefuses(List<Replica> able) {
    Map<Replica, Boolean> writing = new LinkedHashMap<>();
    failures.forEach(
        (i, failure) -> {
          if (failure.cause.kind() == Kind.REQUEST_REFUSED
              && writing.computeIfAbsent(failure.replica, this::writes)) {
            refusals
                .computeIfAbsent(i, call -> new LinkedHashMap<>())
                .put(failure.replica, failure.cause.reason());
          }
        });
    refusals.forEach(
        (i, reasons) -> {
          if (done.get(i).isEmpty() && able.stream().noneMatch(r -> isOpen(i, r))) {
            throw new RequestRefusedException(i, reasons.values().iterator().next());
          }
        });
  }

  /** What to say of a request that takes longer than a server may take that does write. */
  private Optional<String> tooSlow() {
    return failures.values().stream()
        .filter(f -> f.cause.kind() == Kind.TIMED_OUT)
        .findFirst()
        .filter(f -> writes(f.replica))
        .map(f -> f.cause.reason() + " and writes otherwise; raise sampler.vllm.timeout_ms");
  }

  /** Refuses a request at which a server fails that does write. */
  private void refuseWhatServersFailAt() {
    Set<Kind> failing = EnumSet.of(Kind.FAILED, Kind.USELESS_ANSWER);
    failures.forEach(
        (i, failure) -> {
          if (failing.contains(failure.cause.kind()) && writes(failure.replica)) {
            throw new RequestRefusedException(i, failure.cause.reason());
          }
        });
  }

  /** Whether a server writes with the version, which it may have lost in this round. */
  private boolean writes(Replica replica) {
    if (!served.isOn(replica)) {
      return false;
    }
    replica.forgetBase(); // a lower limit than was known would refuse the probe, too
    try {
      served.probe(replica);
      return true;
    } catch (VllmException e) {
      conclude(replica, List.of(e.kind()));
      return false;
    }
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
