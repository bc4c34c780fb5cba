package io.dpostream.judge.llm;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.net.URI;
import java.time.Duration;

/**
 * The options of type {@code llm}. The key itself is read from the environment variable named here
 * when the judge starts; it is never part of a record, a log line or a judgment.
 */
public record LlmJudgeOptions(
    @Doc("The OpenAI-compatible API, up to and including `/v1`.")
        @Default("http://localhost:8000/v1")
        String baseUrl,
    @Doc("Sent as `model`; part of the judge's version.") String model,
    @Doc("Environment variable with the key; `''` for an endpoint without one.")
        @Default("OPENAI_API_KEY")
        String apiKeyEnv,
    @Doc("`pairwise`, `pairwise-reference`, a JSON file, or `FILE.jsonl#NAME`.")
        @Default("pairwise")
        String template,
    @Doc("`auto` begins with the strictest and takes the next one when the endpoint refuses it.")
        @Default("auto")
        ResponseFormat responseFormat,
    @Doc("Temperature of the judging model, 0 to 2.") @Default("0") double temperature,
    @Doc("Tokens of one answer, a reasoning model's thoughts included.") @Default("1024")
        int maxTokens,
    @Doc("Pairs asked about at once; the others of `concurrency` wait.") @Default("16")
        int maxConcurrency,
    @Doc("Milliseconds for one call, connection and body included.") @Default("60000")
        long timeoutMs,
    @Doc("Calls for one answer, the first included.") @Default("4") int maxAttempts,
    @Doc(
            "Milliseconds before the second call; doubles each time, unless the endpoint names a"
                + " Retry-After.")
        @Default("1000")
        long retryBackoffMs,
    @Doc("Milliseconds of the longest Retry-After that is waited for.") @Default("60000")
        long maxRetryAfterMs,
    @Doc("Calls that start in one minute; 0 is unlimited.") @Default("0") int requestsPerMinute,
    @Doc("Tokens of prompts and answers in one minute; 0 is unlimited.") @Default("0")
        int tokensPerMinute,
    @Doc("Calls in a row that must fail before the endpoint is left alone.") @Default("5")
        int breakerFailures,
    @Doc("Milliseconds that it is left alone before one call tries again.") @Default("10000")
        long breakerOpenMs,
    @Doc("Probability that a verdict given alike in both orders is right, 0.5 to 1.") @Default("1")
        double confidence,
    @Doc("Price in dollars, for the cost in the judgment.") @Default("0")
        double usdPerMillionPromptTokens,
    @Doc("Price in dollars, for the cost in the judgment.") @Default("0")
        double usdPerMillionCompletionTokens) {

  private static final int MOST_COMPARISONS = 1024;
  private static final long LONGEST_MS = Integer.MAX_VALUE;
  private static final double HIGHEST_PRICE = 1e9;

  public LlmJudgeOptions {
    Require.that(
        baseUrl.startsWith("http://") || baseUrl.startsWith("https://"),
        "base_url",
        baseUrl,
        "must be an http(s) URL such as http://localhost:8000/v1");
    Require.that(!model.isBlank(), "model", model, "must be the model's name at the endpoint");
    Require.between("temperature", temperature, 0, 2);
    Require.atLeast("max_tokens", maxTokens, 1);
    Require.between("max_concurrency", maxConcurrency, 1, MOST_COMPARISONS);
    Require.between("timeout_ms", timeoutMs, 1, LONGEST_MS);
    Require.atLeast("max_attempts", maxAttempts, 1);
    Require.between("retry_backoff_ms", retryBackoffMs, 1, LONGEST_MS);
    Require.between("max_retry_after_ms", maxRetryAfterMs, 0, LONGEST_MS);
    Require.atLeast("requests_per_minute", requestsPerMinute, 0);
    Require.atLeast("tokens_per_minute", tokensPerMinute, 0);
    Require.atLeast("breaker_failures", breakerFailures, 1);
    Require.between("breaker_open_ms", breakerOpenMs, 1, LONGEST_MS);
    Require.between("confidence", confidence, 0.5, 1);
    Require.between("usd_per_million_prompt_tokens", usdPerMillionPromptTokens, 0, HIGHEST_PRICE);
    Require.between(
        "usd_per_million_completion_tokens", usdPerMillionCompletionTokens, 0, HIGHEST_PRICE);
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
}
