package io.dpostream.judge.service;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Verdict;
import io.dpostream.kafka.writing.Backoff;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks one judge about pairs and turns its verdicts into judgments. Thread-safe. */
final class JudgeInvoker {
  private static final double JITTER = 0.2;

  private final JudgeSpec spec;
  private final JudgeConfig config;
  private final Judge judge;
  private final JudgmentRecords records;
  private final JudgeListener listener;
  private final Clock clock;

  JudgeInvoker(
      JudgeSpec spec, JudgeConfig config, Judge judge, JudgeListener listener, Clock clock) {
    this.spec = spec;
    this.config = config;
    this.judge = judge;
    this.records = new JudgmentRecords(spec.id(), judge.kind(), judge.version());
    this.listener = listener;
    this.clock = clock;
  }

  /** One try; the future fails when the judge does, takes too long or is closed. */
  CompletableFuture<Judgment> judge(CompletionPair pair) {
    long start = clock.millis();
    CompletableFuture<Verdict> verdict;
    try {
      verdict = judge.compare(Comparison.of(pair));
    } catch (RuntimeException e) {
      verdict = CompletableFuture.failedFuture(e);
    }
    if (!verdict.isDone() && !judge.boundsItself()) {
      verdict = verdict.orTimeout(config.verdictTimeoutMs(), TimeUnit.MILLISECONDS);
    }
    return verdict
        .thenApply(
            v -> records.of(pair, v, clock.instant(), OptionalLong.of(clock.millis() - start)))
        .whenComplete(
            (judgment, failure) -> {
              if (failure != null && !isCancelled(failure)) {
                listener.failed(spec.id(), pair.getPairId(), cause(failure));
              }
            });
  }

  /**
   * Tries as often as configured; the last failure becomes an abstention with the reason; the
   * future fails when the judge is closed.
   */
  CompletableFuture<Judgment> judgeOrAbstain(CompletionPair pair) {
    return attempt(pair, 1);
  }

  private CompletableFuture<Judgment> attempt(CompletionPair pair, int attempt) {
    CompletableFuture<Judgment> judgment = judge(pair);
    if (judgment.isDone() && !judgment.isCompletedExceptionally()) {
      return judgment;
    }
    return judgment.exceptionallyCompose(failure -> afterFailure(pair, attempt, failure));
  }

  private CompletableFuture<Judgment> afterFailure(
      CompletionPair pair, int attempt, Throwable failure) {
    if (isCancelled(failure)) {
      return CompletableFuture.failedFuture(failure);
    }
    if (attempt >= config.maxAttempts()) {
      String reason = reason(failure, attempt);
      listener.givenUp(spec.id(), pair.getPairId(), reason);
      return CompletableFuture.completedFuture(abstention(pair, reason));
    }
    return CompletableFuture.supplyAsync(
            () -> attempt + 1,
            CompletableFuture.delayedExecutor(backoffMs(attempt), TimeUnit.MILLISECONDS))
        .thenCompose(next -> attempt(pair, next));
  }

  /** The abstention in place of a verdict that never came, and so without a latency. */
  Judgment abstention(CompletionPair pair, String reason) {
    return records.of(pair, new Verdict.Abstain(reason), clock.instant(), OptionalLong.empty());
  }

  /** Why the tries came to nothing. */
  String reason(Throwable failure, int attempts) {
    Throwable cause = cause(failure);
    String what =
        cause instanceof TimeoutException
            ? "no verdict within " + config.verdictTimeoutMs() + " ms"
            : cause.toString();
    return "judge %s failed %d times: %s".formatted(spec.id(), attempts, what);
  }

  /** The pause after a failed attempt, counted from 1; twice as long after each. */
  long backoffMs(int attempt) {
    Duration first = Duration.ofMillis(config.retryBackoffMs());
    Duration longest = first.multipliedBy(1L << JudgeConfig.MOST_ATTEMPTS);
    return new Backoff(first, longest, JITTER)
        .delay(attempt - 1, ThreadLocalRandom.current().nextDouble())
        .toMillis();
  }

  private static boolean isCancelled(Throwable failure) {
    return cause(failure) instanceof CancellationException;
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
