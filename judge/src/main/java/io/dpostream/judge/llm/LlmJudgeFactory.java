package io.dpostream.judge.llm;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.settings.ApiKey;
import io.dpostream.settings.InvalidSettingException;
import io.dpostream.settings.UserException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Makes judges of type {@code llm}; a language model behind an OpenAI-compatible endpoint compares.
 */
public final class LlmJudgeFactory implements JudgeFactory<LlmJudgeOptions> {
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
  public Class<LlmJudgeOptions> optionsType() {
    return LlmJudgeOptions.class;
  }

  @Override
  public Judge create(LlmJudgeOptions options, String path) {
    try {
      PairwisePrompt prompt = PairwisePrompt.load(options.template());
      ChatEndpoint endpoint = new ChatEndpoint(options, key(options), Clock.systemUTC());
      return new LlmJudge(options, prompt, new ResilientEndpoint(endpoint, options));
    } catch (IllegalArgumentException e) {
      throw new UserException(path + ": " + e.getMessage(), e);
    }
  }

  private Optional<ApiKey> key(LlmJudgeOptions options) {
    String variable = options.apiKeyEnv();
    if (variable.isEmpty()) {
      return Optional.empty();
    }
    String key = environment.getOrDefault(variable, "");
    if (key.isBlank()) {
      throw new InvalidSettingException(
          "api_key_env: environment variable %s is not set; export it, or set api_key_env to '' for an endpoint without a key"
              .formatted(variable));
    }
    try {
      return Optional.of(new ApiKey(key));
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(
          "api_key_env: environment variable %s holds no key: %s"
              .formatted(variable, e.getMessage()));
    }
  }
}
