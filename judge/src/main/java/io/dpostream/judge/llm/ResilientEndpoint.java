package io.dpostream.judge.llm;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a {@link ChatEndpoint} within its rate limits, and retries and waits when it fails.
 * Blocking and thread-safe.
 *
 * <ul>
 *   <li>Requests and tokens per minute are taken from budgets before the call; tokens that the
 *       answer did not use go back.
 *   <li>A failure that is not the request's own is tried again after an exponential pause, or after
 *       the server's own Retry-After, {@code max_attempts} times in all.
 *   <li>After {@code breaker_failures} failures in a row every caller waits while one call at a
 *       time finds out whether the endpoint is back. An outage is nobody's attempt: while it lasts
 *       no pair is given up. A refused key or an account without credit is an outage, too.
 *   <li>Being told to slow down (429) is no failure either: the caller waits.
 *   <li>An answer without a word in it is asked for again, {@code max_attempts} times in all.
 *   <li>A refused {@link RequestDialect} is left for another one, in which every later question is
 *       asked once it has brought an answer. Where a refusal does not say what is wrong, others are
 *       guessed at as long as the endpoint has answered nothing.
 *   <li>An endpoint that has answered nothing and refuses {@code breaker_failures} questions in a
 *       row refuses all of them: that is an outage, too.
 * </ul>
 *
 * So a question takes at most {@code max_attempts} calls of {@code timeout_ms} and the pauses
 * between them, and beside that as long as budgets, slow-downs and outages make it wait.
 */
final class ResilientEndpoint {
  private static final Logger log = LoggerFactory.getLogger(ResilientEndpoint.class);

  private final ChatEndpoint endpoint;
  private final LlmJudgeOptions config;
  private final CircuitBreaker breaker;
  private final Budget requests;
  private final Budget tokens;
  private final IntervalFunction backoff;
  private final AtomicBoolean slowedDown = new AtomicBoolean();
  private final AtomicBoolean refused = new AtomicBoolean();
  private final Set<String> unknownEnds = ConcurrentHashMap.newKeySet();
  private volatile RequestDialect dialect;
  private volatile boolean answered;

  ResilientEndpoint(ChatEndpoint endpoint, LlmJudgeOptions config) {
    this.endpoint = endpoint;
    this.config = config;
    this.breaker =
        CircuitBreaker.of(
            "llm",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(config.breakerFailures())
                .minimumNumberOfCalls(config.breakerFailures())
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(Duration.ofMillis(config.breakerOpenMs()))
                .build());
    // Requests are spread over the minute; tokens are not, since a single call takes many of them.
    this.requests = budget(config.requestsPerMinute(), 1);
    this.tokens = budget(config.tokensPerMinute(), config.tokensPerMinute());
    this.backoff = IntervalFunction.ofExponentialRandomBackoff(config.retryBackoffMs(), 2.0, 0.25);
    this.dialect = RequestDialect.of(config);
  }

  private static Budget budget(int perMinute, int most) {
    return perMinute == 0 ? Budget.unlimited() : new Budget(perMinute, most, System::nanoTime);
  }

  /**
   * Asks until there is an answer, or until the failure is this request's own.
   *
   * @throws EndpointException when the attempts are used up, or the request is refused
   */
  ChatEndpoint.Completion ask(PairwisePrompt.Rendered prompt) throws InterruptedException {
    DialectSearch search = new DialectSearch(dialect);
    List<ChatEndpoint.Completion> empty = new ArrayList<>();
    int attempt = 1;
    while (true) {
      long reserved = awaitTurn(prompt);
      Optional<EndpointException> failure;
      try {
        ChatEndpoint.Completion answer = endpoint.ask(prompt, search.current());
        afterAnswer(answer, reserved, search);
        if (!answer.isEmpty()) {
          return empty.stream().reduce(answer, ChatEndpoint.Completion::after);
        }
        empty.add(answer);
        failure = Optional.empty();
      } catch (InterruptedException e) {
        breaker.releasePermission();
        throw e;
      } catch (EndpointException e) {
        if (e.kind() != EndpointException.Kind.TRANSIENT) {
          tokens.giveBack(reserved); // what is refused is not charged
        }
        failure = search.next(e, !answered);
        if (failure.isEmpty()) {
          breaker.releasePermission();
          continue;
        }
      }
      attempt = failure.isPresent() ? afterFailure(failure.get(), attempt) : afterSilence(attempt);
    }
  }

  /** Returns the tokens that are reserved for the call. */
  private long awaitTurn(PairwisePrompt.Rendered prompt) throws InterruptedException {
    requests.take(1);
    long reserved = tokens.take(estimateTokens(prompt));
    try {
      while (!breaker.tryAcquirePermission()) {
        Thread.sleep(Math.min(config.breakerOpenMs(), 100));
      }
    } catch (InterruptedException e) {
      tokens.giveBack(reserved);
      throw e;
    }
    return reserved;
  }

  private void afterAnswer(ChatEndpoint.Completion answer, long reserved, DialectSearch search) {
    if (answer.tokens() > 0) {
      tokens.giveBack(reserved - answer.tokens());
    }
    slowedDown.set(false);
    boolean outage = isOutage();
    breaker.onSuccess(answer.latencyMs(), TimeUnit.MILLISECONDS);
    if (outage && !isOutage()) {
      log.info("{} answers again", config.chatCompletions());
    }
    if (!answer.isEmpty()) {
      answered = true;
      search.first().ifPresent(why -> adopt(search.current(), search.start(), why));
    }
    if (answer.end() == AnswerEnd.UNKNOWN && unknownEnds.add(answer.endName())) {
      log.warn(
          "{} ends answers with finish_reason {}, which is not known here: they are read as whole",
          config.chatCompletions(),
          answer.endName());
    }
  }

  /** The endpoint works, so this is no step towards an outage. */
  private int afterSilence(int attempt) throws InterruptedException {
    if (attempt >= config.maxAttempts()) {
      throw endpoint.silent(attempt);
    }
    Thread.sleep(backoff.apply(attempt));
    return attempt + 1;
  }

  /** Returns the number of the next attempt, after the pause before it. */
  private int afterFailure(EndpointException e, int attempt) throws InterruptedException {
    switch (e.kind()) {
      case REQUEST_REFUSED -> {
        if (answered) {
          breaker.releasePermission();
          throw e;
        }
        return afterFault(e, attempt, 1);
      }
      case SLOW_DOWN -> {
        breaker.releasePermission();
        if (!slowedDown.getAndSet(true)) {
          log.info("{}: pairs wait", e.getMessage());
        }
        pause(e, attempt);
        return attempt;
      }
      default -> {
        return afterFault(e, attempt, config.maxAttempts());
      }
    }
  }

  private int afterFault(EndpointException e, int attempt, int attempts)
      throws InterruptedException {
    boolean known = isOutage();
    breaker.onError(0, TimeUnit.MILLISECONDS, e);
    boolean outage = isOutage();
    if (outage && !known) {
      log.warn(
          "{}: pairs wait, and one call every {} ms tries again",
          e.getMessage(),
          config.breakerOpenMs());
    }
    if (!outage && attempt >= attempts) {
      if (e.kind() == EndpointException.Kind.REQUEST_REFUSED && !refused.getAndSet(true)) {
        log.warn("{}: its pair is an abstention, and nothing was answered yet", e.getMessage());
      }
      throw e;
    }
    pause(e, attempt);
    return outage ? attempt : attempt + 1;
  }

  private boolean isOutage() {
    return breaker.getState() != CircuitBreaker.State.CLOSED;
  }

  private synchronized void adopt(
      RequestDialect instead, RequestDialect start, EndpointException why) {
    if (dialect.equals(start) && !instead.equals(start)) {
      log.warn("{}: asked {} from now on", why.getMessage(), instead.without(start));
      dialect = instead;
    }
  }

  private void pause(EndpointException e, int attempt) throws InterruptedException {
    long ownMs = backoff.apply(attempt);
    long ms = e.retryAfter().map(Duration::toMillis).orElse(ownMs);
    Thread.sleep(Math.max(0, Math.min(ms, config.maxRetryAfterMs())));
  }

  /** About four characters a token, and the longest answer allowed. */
  private long estimateTokens(PairwisePrompt.Rendered prompt) {
    return (prompt.system().length() + prompt.user().length()) / 4L + config.maxTokens();
  }
}
