package io.dpostream.judge.llm;

import java.net.URI;
import java.time.Duration;

/**
 * Settings of a language-model judge. The key itself is read from the environment variable named
 * here when the judge starts; it is never part of a record, a log line or a judgment.
 *
 * @param baseUrl of the OpenAI-compatible API, up to and including {@code /v1}
 * @param model sent as {@code model}; part of the judge's version
 * @param apiKeyEnv name of the environment variable that holds the key; empty for none
 * @param template see {@link PairwisePrompt#load}
 * @param responseFormat {@code auto} (strictest first), {@code json_schema}, {@code json_object} or
 *     {@code text}
 * @param temperature of the judging model
 * @param maxTokens limit of one answer
 * @param maxConcurrency comparisons in flight
 * @param timeoutMs for one call, connection and body included
 * @param maxAttempts of one call, the first included
 * @param retryBackoffMs before the second attempt; doubles each time, unless the server names a
 *     Retry-After
 * @param maxRetryAfterMs the longest Retry-After that is waited for
 * @param requestsPerMinute 0 is unlimited
 * @param tokensPerMinute of prompt and answer together; 0 is unlimited
 * @param breakerFailures calls in a row that must fail before the endpoint is left alone
 * @param breakerOpenMs how long it is left alone before one call tries again
 * @param confidence probability that a verdict given alike in both orders is right, in [0.5, 1]
 * @param usdPerMillionPromptTokens price, for the cost in the judgment
 * @param usdPerMillionCompletionTokens price, for the cost in the judgment
 */
public record LlmJudgeConfig(
    String baseUrl,
    String model,
    String apiKeyEnv,
    String template,
    String responseFormat,
    double temperature,
    int maxTokens,
    int maxConcurrency,
    long timeoutMs,
    int maxAttempts,
    long retryBackoffMs,
    long maxRetryAfterMs,
    int requestsPerMinute,
    int tokensPerMinute,
    int breakerFailures,
    long breakerOpenMs,
    double confidence,
    double usdPerMillionPromptTokens,
    double usdPerMillionCompletionTokens) {

  /** Checks ranges; throws {@link IllegalArgumentException} with one line. */
  public LlmJudgeConfig {
    require(
        baseUrl.startsWith("http://") || baseUrl.startsWith("https://"),
        "base_url",
        baseUrl,
        "an http(s) URL such as http://localhost:8000/v1");
    require(!model.isBlank(), "model", model, "the model's name at the endpoint");
    require(
        java.util.Set.of("auto", "json_schema", "json_object", "text").contains(responseFormat),
        "response_format",
        responseFormat,
        "auto, json_schema, json_object or text");
    require(temperature >= 0, "temperature", temperature, ">= 0");
    require(maxTokens >= 1, "max_tokens", maxTokens, ">= 1");
    require(
        maxConcurrency >= 1 && maxConcurrency <= 1024,
        "max_concurrency",
        maxConcurrency,
        "1 to 1024");
    require(timeoutMs >= 1, "timeout_ms", timeoutMs, ">= 1");
    require(maxAttempts >= 1, "max_attempts", maxAttempts, ">= 1");
    require(retryBackoffMs >= 1, "retry_backoff_ms", retryBackoffMs, ">= 1");
    require(maxRetryAfterMs >= 0, "max_retry_after_ms", maxRetryAfterMs, ">= 0");
    require(
        requestsPerMinute >= 0, "requests_per_minute", requestsPerMinute, ">= 0 (0 is unlimited)");
    require(tokensPerMinute >= 0, "tokens_per_minute", tokensPerMinute, ">= 0 (0 is unlimited)");
    require(breakerFailures >= 1, "breaker_failures", breakerFailures, ">= 1");
    require(breakerOpenMs >= 1, "breaker_open_ms", breakerOpenMs, ">= 1");
    require(confidence >= 0.5 && confidence <= 1, "confidence", confidence, "in [0.5, 1]");
    require(
        usdPerMillionPromptTokens >= 0,
        "usd_per_million_prompt_tokens",
        usdPerMillionPromptTokens,
        ">= 0");
    require(
        usdPerMillionCompletionTokens >= 0,
        "usd_per_million_completion_tokens",
        usdPerMillionCompletionTokens,
        ">= 0");
  }

  /** A model server on this machine, one minute a call, 16 comparisons at once. */
  public static LlmJudgeConfig defaults() {
    return new LlmJudgeConfig(
        "http://localhost:8000/v1",
        "default",
        "OPENAI_API_KEY",
        "pairwise",
        "auto",
        0.0,
        1024,
        16,
        60_000,
        4,
        1_000,
        60_000,
        0,
        0,
        5,
        10_000,
        1.0,
        0.0,
        0.0);
  }

  URI chatCompletions() {
    return URI.create(baseUrl.replaceAll("/+$", "") + "/chat/completions");
  }

  Duration timeout() {
    return Duration.ofMillis(timeoutMs);
  }

  double costUsd(long promptTokens, long completionTokens) {
    return (promptTokens * usdPerMillionPromptTokens
            + completionTokens * usdPerMillionCompletionTokens)
        / 1e6;
  }

  private static void require(boolean holds, String key, Object value, String fix) {
    if (!holds) {
      throw new IllegalArgumentException("judge llm " + key + ": " + value + " must be " + fix);
    }
  }
}
