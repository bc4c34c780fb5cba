package io.dpostream.judge.llm;

import java.time.Duration;
import java.util.Optional;

/** A call that brought no answer. The message never holds the key. */
final class EndpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the failure says of a second attempt. */
  enum Kind {
    /** The endpoint is broken or out of reach: the same call may succeed later. */
    TRANSIENT,
    /** The endpoint asks for a pause (429): nothing is wrong. */
    SLOW_DOWN,
    /** The endpoint does not take this {@link AnswerFormat}. */
    FORMAT_REFUSED,
    /** The endpoint refuses this very request, for instance because it is too long. */
    REQUEST_REFUSED,
    /** The endpoint refuses us: wrong key, wrong model, wrong URL. */
    ACCESS_REFUSED
  }

  private final Kind kind;
  private final transient Optional<Duration> retryAfter;

  EndpointException(Kind kind, String message, Optional<Duration> retryAfter) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  Kind kind() {
    return kind;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
