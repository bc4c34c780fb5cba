package io.dpostream.policy.text;

import io.dpostream.policy.text.jinja.JinjaTemplate;
import io.dpostream.policy.text.jinja.TemplateException;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model's chat template: Jinja source that turns a conversation into the text the model was
 * trained on. It is rendered as in Hugging Face transformers, with {@code tools} and {@code
 * documents} set to none unless they are given; text inside messages is never interpreted as a
 * template. Safe for use by several threads.
 */
public final class ChatTemplate {
  private static final List<String> REASONING =
      List.of("reasoning_content", "thinking", "reasoning");

  private final String source;
  private final Map<String, String> specialTokens;
  private final Supplier<JinjaTemplate> template;
  private final Optional<ChatTemplate> toolUse;

  /**
   * Creates a template whose {@code strftime_now} uses this machine's time.
   *
   * @param source the template
   * @param specialTokens names such as {@code bos_token} and {@code eos_token} with their text
   */
  public ChatTemplate(String source, Map<String, String> specialTokens) {
    this(source, specialTokens, Clock.systemDefaultZone());
  }

  /**
   * Creates a template with a clock. A template that cannot be parsed fails when it is first
   * rendered, because its model can still be used with plain text.
   *
   * @param clock time and zone of {@code strftime_now}
   */
  public ChatTemplate(String source, Map<String, String> specialTokens, Clock clock) {
    this(source, Map.copyOf(specialTokens), parsed(source, clock), Optional.empty());
  }

  private ChatTemplate(
      String source,
      Map<String, String> specialTokens,
      Supplier<JinjaTemplate> template,
      Optional<ChatTemplate> toolUse) {
    this.source = source;
    this.specialTokens = specialTokens;
    this.template = template;
    this.toolUse = toolUse;
  }

  /** This template, but for conversations with tools another one. */
  ChatTemplate withToolUse(ChatTemplate other) {
    return new ChatTemplate(source, specialTokens, template, Optional.of(other));
  }

  private static Supplier<JinjaTemplate> parsed(String source, Clock clock) {
    try {
      JinjaTemplate template = JinjaTemplate.parse(source, clock);
      return () -> template;
    } catch (TemplateException e) {
      return () -> {
        throw e;
      };
    }
  }

  /** The template's source, as found in the model's folder. */
  public String source() {
    return source;
  }

  /**
   * Renders a conversation.
   *
   * @param addGenerationPrompt whether the text ends where the assistant's answer begins
   * @throws ChatTemplateException if the template rejects the conversation or cannot be rendered
   */
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    return render(new Conversation(messages), addGenerationPrompt);
  }

  /**
   * Renders a conversation with its tools and its other variables.
   *
   * @param addGenerationPrompt whether the text ends where the assistant's answer begins
   * @throws ChatTemplateException if the template rejects the conversation or cannot be rendered
   */
  public String render(Conversation conversation, boolean addGenerationPrompt) {
    if (toolUse.isPresent() && conversation.variables().get("tools") != null) {
      return toolUse.get().render(conversation, addGenerationPrompt);
    }
    Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
    variables.put("tools", null);
    variables.put("documents", null);
    variables.putAll(conversation.variables());
    variables.put("messages", conversation.messages().stream().map(ChatTemplate::fields).toList());
    variables.put("add_generation_prompt", addGenerationPrompt);
    try {
      return template.get().render(variables);
    } catch (TemplateException e) {
      throw new ChatTemplateException("chat template: " + described(e));
    }
  }

  /** Reasoning has had several names; transformers gives it to a template under two of them. */
  private static Map<String, @Nullable Object> fields(ChatMessage message) {
    return REASONING.stream()
        .map(message.fields()::get)
        .filter(Objects::nonNull)
        .findFirst()
        .map(
            reasoning -> {
              Map<String, @Nullable Object> fields = new LinkedHashMap<>();
              fields.put("thinking", reasoning);
              fields.putAll(message.fields());
              fields.put("reasoning_content", reasoning);
              return fields;
            })
        .orElseGet(message::fields);
  }

  private static String described(TemplateException problem) {
    String message = Optional.ofNullable(problem.getMessage()).orElse("cannot be rendered");
    return problem.line().isEmpty() || problem.isRefusal()
        ? message
        : "line " + problem.line().getAsInt() + ": " + message;
  }
}
