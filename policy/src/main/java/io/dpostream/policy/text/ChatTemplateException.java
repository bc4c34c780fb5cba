package io.dpostream.policy.text;

/**
 * Thrown when a chat template rejects a conversation or cannot be rendered. The message is one
 * line.
 */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ChatTemplateException(String message) {
    super(message);
  }
}
