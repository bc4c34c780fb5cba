package io.dpostream.policy.text;

import java.util.Objects;

/**
 * One turn of a conversation.
 *
 * @param role the speaker: system, user, assistant, or another role that the model's template
 *     accepts
 * @param content the text
 */
public record ChatMessage(String role, String content) {
  public ChatMessage {
    Objects.requireNonNull(content, "content");
    if (role.isBlank()) {
      throw new IllegalArgumentException("role: must not be blank; use system, user or assistant");
    }
  }
}
