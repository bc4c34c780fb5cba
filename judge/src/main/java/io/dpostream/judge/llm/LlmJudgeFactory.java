package io.dpostream.judge.llm;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.settings.UserException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** Makes judges of type {@code llm}; the options are those of {@link LlmJudgeConfig}. */
public final class LlmJudgeFactory implements JudgeFactory {
  private final Map<String, String> environment;

  /** Reads the key from this process's environment. */
  public LlmJudgeFactory() {
    this(System.getenv());
  }

  LlmJudgeFactory(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public String name() {
    return "llm";
  }

  @Override
  public Judge create(JudgeOptions options) {
    try {
      LlmJudgeConfig config = config(options);
      PairwisePrompt prompt = PairwisePrompt.load(config.template());
      ChatEndpoint endpoint = new ChatEndpoint(config, key(config, options), Clock.systemUTC());
      return new LlmJudge(config, prompt, new PatientEndpoint(endpoint, config));
    } catch (IllegalArgumentException e) {
      throw new UserException(options.path() + ": " + e.getMessage());
    }
  }

  private Optional<ApiKey> key(LlmJudgeConfig config, JudgeOptions options) {
    if (config.apiKeyEnv().isEmpty()) {
      return Optional.empty();
    }
    String key = environment.getOrDefault(config.apiKeyEnv(), "");
    if (key.isBlank()) {
      throw new UserException(
          "%s.api_key_env: environment variable %s is not set; export it, or set api_key_env to '' for an endpoint without a key"
              .formatted(options.path(), config.apiKeyEnv()));
    }
    try {
      return Optional.of(new ApiKey(key));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%s.api_key_env: environment variable %s holds no key: %s"
              .formatted(options.path(), config.apiKeyEnv(), e.getMessage()));
    }
  }

  private static LlmJudgeConfig config(JudgeOptions options) {
    LlmJudgeConfig d = LlmJudgeConfig.defaults();
    int most = Integer.MAX_VALUE;
    return new LlmJudgeConfig(
        options.string("base_url", d.baseUrl()),
        options.required("model"),
        options.string("api_key_env", d.apiKeyEnv()),
        options.string("template", d.template()),
        options.string("response_format", d.responseFormat()),
        options.number("temperature", d.temperature(), 0, 2),
        options.integer("max_tokens", d.maxTokens(), 1, most),
        options.integer("max_concurrency", d.maxConcurrency(), 1, 1024),
        options.integer("timeout_ms", (int) d.timeoutMs(), 1, most),
        options.integer("max_attempts", d.maxAttempts(), 1, most),
        options.integer("retry_backoff_ms", (int) d.retryBackoffMs(), 1, most),
        options.integer("max_retry_after_ms", (int) d.maxRetryAfterMs(), 0, most),
        options.integer("requests_per_minute", d.requestsPerMinute(), 0, most),
        options.integer("tokens_per_minute", d.tokensPerMinute(), 0, most),
        options.integer("breaker_failures", d.breakerFailures(), 1, most),
        options.integer("breaker_open_ms", (int) d.breakerOpenMs(), 1, most),
        options.number("confidence", d.confidence(), 0.5, 1),
        options.number("usd_per_million_prompt_tokens", d.usdPerMillionPromptTokens(), 0, 1e9),
        options.number(
            "usd_per_million_completion_tokens", d.usdPerMillionCompletionTokens(), 0, 1e9));
  }
}
