package io.dpostream.policy.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns with what a chat template reads besides them.
 *
 * @param messages the turns, in their order
 * @param variables such as {@code tools} and {@code enable_thinking}, as JSON's values, null for
 *     none
 */
public record Conversation(List<ChatMessage> messages, Map<String, @Nullable Object> variables) {
  public Conversation {
    messages = List.copyOf(messages);
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }

  /** Creates a conversation of turns alone. */
  public Conversation(List<ChatMessage> messages) {
    this(messages, Map.of());
  }

  /** This conversation, continued by some turns. */
  public Conversation with(List<ChatMessage> more) {
    List<ChatMessage> all = new ArrayList<>(messages);
    all.addAll(more);
    return new Conversation(all, variables);
  }
}
