package io.dpostream.sampler.vllm;

/**
 * A call that did not bring what was asked for. The message is one line and never holds the key.
 */
final class VllmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the failure says about the server. */
  enum Kind {
    /** It gave no answer, is paused or overloaded, or something before it fails. */
    UNREACHABLE,
    /** It gave no answer in time. */
    TIMED_OUT,
    /** It failed at this request (500). */
    FAILED,
    /** It answered something that cannot be used. */
    USELESS_ANSWER,
    /** It answers what cannot be used because of how it was started. */
    UNFIT,
    /** It serves no model of the name that was asked. */
    NO_SUCH_MODEL,
    /** It completes with other weights than those asked for, or was started with others. */
    OTHER_WEIGHTS,
    /** It has no such path: the flag that adds it is not set, or it is not vLLM. */
    NO_SUCH_PATH,
    /** It wants another key. */
    ACCESS_REFUSED,
    /** It refuses this very request. */
    REQUEST_REFUSED
  }

  private final Kind kind;

  VllmException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** What happened, in one line. */
  String reason() {
    return String.valueOf(getMessage());
  }
}
