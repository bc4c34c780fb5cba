package io.dpostream.policy.text;

/**
 * A conversation that a chat template refused, or a template that cannot be rendered. The message
 * is one line.
 */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ChatTemplateException(String message) {
    super(message);
  }
}
