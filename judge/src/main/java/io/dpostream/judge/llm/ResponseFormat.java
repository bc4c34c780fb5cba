package io.dpostream.judge.llm;

import java.util.Optional;

/** Which format an endpoint is asked for. */
public enum ResponseFormat {
  /** The strictest that the endpoint takes. */
  AUTO,
  JSON_SCHEMA,
  JSON_OBJECT,
  TEXT;

  /** The one format that may be asked for; empty where weaker ones may follow. */
  Optional<AnswerFormat> only() {
    return this == AUTO ? Optional.empty() : Optional.of(AnswerFormat.valueOf(name()));
  }
}
