package io.dpostream.judge.llm;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A {@link ChatEndpoint} that is asked within its limits and given time when it fails. Blocking and
 * thread-safe.
 *
 * <ul>
 *   <li>Requests and tokens per minute are taken from budgets before the call.
 *   <li>A transient failure is tried again after an exponential pause, or after the server's own
 *       Retry-After, {@code max_attempts} times in all.
 *   <li>After {@code breaker_failures} failures in a row every caller waits while one call at a
 *       time finds out whether the endpoint is back. An outage is nobody's attempt: while it lasts
 *       no pair is given up.
 *   <li>Being told to slow down (429) is no failure either: the caller waits.
 *   <li>A refused {@link AnswerFormat} makes every later call use the next weaker one.
 * </ul>
 */
final class PatientEndpoint {
  private final ChatEndpoint endpoint;
  private final LlmJudgeConfig config;
  private final CircuitBreaker breaker;
  private final Optional<RateLimiter> requests;
  private final Optional<RateLimiter> tokens;
  private final IntervalFunction backoff;
  private volatile AnswerFormat format;

  PatientEndpoint(ChatEndpoint endpoint, LlmJudgeConfig config) {
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
    this.requests =
        config.requestsPerMinute() == 0
            ? Optional.empty()
            : Optional.of(oneEvery(60_000_000_000L / config.requestsPerMinute()));
    this.tokens =
        config.tokensPerMinute() == 0
            ? Optional.empty()
            : Optional.of(perMinute(config.tokensPerMinute()));
    this.backoff = IntervalFunction.ofExponentialRandomBackoff(config.retryBackoffMs(), 2.0, 0.25);
    this.format =
        config.responseFormat().equals("auto")
            ? AnswerFormat.JSON_SCHEMA
            : AnswerFormat.valueOf(config.responseFormat().toUpperCase(Locale.ROOT));
  }

  private static RateLimiter oneEvery(long nanos) {
    return limiter("llm-requests", 1, Duration.ofNanos(nanos));
  }

  private static RateLimiter perMinute(int permits) {
    return limiter("llm-tokens", permits, Duration.ofMinutes(1));
  }

  private static RateLimiter limiter(String name, int permits, Duration period) {
    return RateLimiter.of(
        name,
        RateLimiterConfig.custom()
            .limitForPeriod(permits)
            .limitRefreshPeriod(period)
            .timeoutDuration(Duration.ofDays(1))
            .build());
  }

  /**
   * Asks until there is an answer, or until the failure is this request's own.
   *
   * @throws EndpointException when the attempts are used up, or the request or the key is refused
   */
  ChatEndpoint.Completion ask(PairwisePrompt.Rendered prompt) throws InterruptedException {
    int attempt = 1;
    while (true) {
      awaitTurn(prompt);
      AnswerFormat asked = format;
      try {
        ChatEndpoint.Completion answer = endpoint.ask(prompt, asked);
        breaker.onSuccess(answer.latencyMs(), TimeUnit.MILLISECONDS);
        return answer;
      } catch (InterruptedException e) {
        breaker.releasePermission();
        throw e;
      } catch (EndpointException e) {
        attempt = afterFailure(e, asked, attempt);
      }
    }
  }

  private void awaitTurn(PairwisePrompt.Rendered prompt) throws InterruptedException {
    requests.ifPresent(RateLimiter::acquirePermission);
    tokens.ifPresent(
        limit ->
            limit.acquirePermission(Math.min(config.tokensPerMinute(), estimateTokens(prompt))));
    while (!breaker.tryAcquirePermission()) {
      Thread.sleep(Math.min(config.breakerOpenMs(), 100));
    }
    if (Thread.interrupted()) {
      breaker.releasePermission();
      throw new InterruptedException();
    }
  }

  /** Returns the number of the next attempt, after the pause before it. */
  private int afterFailure(EndpointException e, AnswerFormat asked, int attempt)
      throws InterruptedException {
    switch (e.kind()) {
      case FORMAT_REFUSED -> {
        breaker.releasePermission();
        if (!config.responseFormat().equals("auto")) {
          throw e;
        }
        weaken(asked);
        return attempt;
      }
      case REQUEST_REFUSED, ACCESS_REFUSED -> {
        breaker.releasePermission();
        throw e;
      }
      case SLOW_DOWN -> {
        breaker.releasePermission();
        pause(e, attempt);
        return attempt;
      }
      default -> {
        breaker.onError(0, TimeUnit.MILLISECONDS, e);
        boolean outage = breaker.getState() != CircuitBreaker.State.CLOSED;
        if (!outage && attempt >= config.maxAttempts()) {
          throw e;
        }
        pause(e, attempt);
        return outage ? attempt : attempt + 1;
      }
    }
  }

  private synchronized void weaken(AnswerFormat refused) {
    if (format == refused) {
      format = refused.weaker().orElse(refused);
    }
  }

  private void pause(EndpointException e, int attempt) throws InterruptedException {
    long ownMs = backoff.apply(attempt);
    long ms = e.retryAfter().map(Duration::toMillis).orElse(ownMs);
    Thread.sleep(Math.max(0, Math.min(ms, config.maxRetryAfterMs())));
  }

  /** About four characters a token, and the longest answer allowed. */
  private int estimateTokens(PairwisePrompt.Rendered prompt) {
    return (prompt.system().length() + prompt.user().length()) / 4 + config.maxTokens();
  }
}
