package io.dpostream.policy.text;

import java.util.Objects;

/**
 * One turn of a conversation.
 *
 * @param role who speaks: system, user or assistant, or what else the model's template knows
 * @param content the text
 */
public record ChatMessage(String role, String content) {
  public ChatMessage {
    Objects.requireNonNull(content, "content");
    if (role.isBlank()) {
      throw new IllegalArgumentException("role: blank; give system, user or assistant");
    }
  }
}
