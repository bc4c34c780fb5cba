package io.dpostream.judge.llm;

import java.time.Duration;
import java.util.Optional;

/** A call that brought no answer. The message never holds the key. */
final class EndpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose fault it is. */
  enum Kind {
    /** The endpoint's, which is broken or out of reach: the same call may succeed later. */
    TRANSIENT,
    /** Nobody's: the endpoint asks for a pause (429). */
    SLOW_DOWN,
    /** This request's, for instance because it is too long. */
    REQUEST_REFUSED,
    /**
     * The account's or the configuration's: wrong key, model or URL, no credit. Every pair would be
     * refused, so no pair is to blame.
     */
    ACCESS_REFUSED
  }

  private final Kind kind;
  private final transient Optional<Duration> retryAfter;
  private final transient Optional<RequestDialect> instead;
  private final boolean unclear;

  EndpointException(
      Kind kind,
      String message,
      Optional<Duration> retryAfter,
      Optional<RequestDialect> instead,
      boolean unclear) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.instead = instead;
    this.unclear = unclear;
  }

  Kind kind() {
    return kind;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** How to ask instead, when it is only the way of asking that was refused. */
  Optional<RequestDialect> instead() {
    return instead;
  }

  /** Whether the request was refused as a bad one, be it for its question or for its parameters. */
  boolean isUnclear() {
    return unclear;
  }
}
