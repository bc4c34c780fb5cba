package io.dpostream.policy.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a conversation.
 *
 * @param role the speaker: system, user, assistant, tool, or another role that the model's template
 *     accepts
 * @param content the text, empty where the turn has none
 * @param fields what a template reads of the turn, in this order: role and content, and whatever
 *     else belongs to it, such as {@code tool_calls}; as JSON's values, null for none
 */
public record ChatMessage(String role, String content, Map<String, @Nullable Object> fields) {
  public ChatMessage {
    Objects.requireNonNull(content, "content");
    if (role.isBlank()) {
      throw new IllegalArgumentException("role: must not be blank; use system, user or assistant");
    }
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** Creates a turn that is text alone. */
  public ChatMessage(String role, String content) {
    this(role, content, plain(role, content));
  }

  /** Whether the turn is its role and its text, and nothing besides. */
  public boolean isPlain() {
    return fields.equals(plain(role, content));
  }

  /** Whether the turn calls tools. */
  public boolean callsTools() {
    return fields.get("tool_calls") instanceof List<?> calls && !calls.isEmpty();
  }

  private static Map<String, @Nullable Object> plain(String role, String content) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return fields;
  }
}
