package io.dpostream.policy.text.jinja;

import java.util.OptionalInt;

/**
 * Thrown when a template cannot be parsed or rendered, or rejects its variables; the message is one
 * line.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final boolean refusal;

  /** Reports a problem at a place that is not known yet. */
  TemplateException(String message) {
    this(message, 0);
  }

  /** A problem at a line of the template, counted from 1; 0 where it is not known. */
  TemplateException(String message, int line) {
    this(message, line, false);
  }

  private TemplateException(String message, int line, boolean refusal) {
    super(message.replaceAll("\\s+", " ").strip());
    this.line = line;
    this.refusal = refusal;
  }

  /** What the template said when it called {@code raise_exception}. */
  static TemplateException refused(String reason) {
    return new TemplateException("refused: " + reason, 0, true);
  }

  /** Reports a Jinja feature that this renderer does not support. */
  static TemplateException unsupported(String what) {
    return new TemplateException(what + " is not supported");
  }

  /** The line of the template, counted from 1, where it is known. */
  public OptionalInt line() {
    return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
  }

  /** Whether the template itself refused its variables. */
  public boolean isRefusal() {
    return refusal;
  }

  /** This problem, placed at a line unless it has one already. */
  TemplateException at(int fallback) {
    if (line != 0) {
      return this;
    }
    TemplateException placed =
        new TemplateException(String.valueOf(getMessage()), fallback, refusal);
    placed.setStackTrace(getStackTrace());
    return placed;
  }
}
