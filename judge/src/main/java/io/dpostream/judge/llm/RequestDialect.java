package io.dpostream.judge.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * Which request parameters an endpoint accepts. Endpoints reject what they do not support, so the
 * first request uses everything, and each refusal drops one parameter.
 *
 * @param format how the model is told to answer
 * @param adapts whether a weaker format may be tried
 * @param tokenLimit the parameter that limits the answer
 * @param temperature whether a temperature is sent; reasoning models have one of their own
 */
record RequestDialect(AnswerFormat format, boolean adapts, String tokenLimit, boolean temperature) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAX_TOKENS = "max_tokens";
  private static final String MAX_COMPLETION_TOKENS = "max_completion_tokens";

  /** The one to begin with. */
  static RequestDialect of(LlmJudgeOptions config) {
    Optional<AnswerFormat> only = config.responseFormat().only();
    return new RequestDialect(
        only.orElse(AnswerFormat.JSON_SCHEMA), only.isEmpty(), MAX_TOKENS, true);
  }

  /** The one to try after a refusal with this body; empty where it names nothing to leave off. */
  Optional<RequestDialect> after(String refusal) {
    if (tokenLimit.equals(MAX_TOKENS) && refusal.contains(MAX_COMPLETION_TOKENS)) {
      return Optional.of(new RequestDialect(format, adapts, MAX_COMPLETION_TOKENS, temperature));
    }
    if (temperature && parameter(refusal).equals("temperature")) {
      return Optional.of(new RequestDialect(format, adapts, tokenLimit, false));
    }
    return adapts && refusesFormat(refusal)
        ? format.weaker().map(weaker -> new RequestDialect(weaker, true, tokenLimit, temperature))
        : Optional.empty();
  }

  /** Whether a refusal with this body is about the format. */
  boolean refusesFormat(String refusal) {
    return format != AnswerFormat.TEXT
        && (refusal.contains("response_format")
            || refusal.contains("json_schema")
            || refusal.contains("json_object"));
  }

  /** The parameter that a refusal in OpenAI's own layout is about. */
  private static String parameter(String refusal) {
    try {
      return JSON.readTree(refusal).at("/error/param").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
