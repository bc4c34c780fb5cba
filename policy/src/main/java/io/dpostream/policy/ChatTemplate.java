package io.dpostream.policy;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template: Jinja source that turns a conversation into the text the model was
 * trained on. Rendered under the settings of Hugging Face transformers ({@code trim_blocks}, {@code
 * lstrip_blocks}); text inside messages is never taken for a template. Safe for use by several
 * threads.
 *
 * <p>Jinjava goes on past what it cannot evaluate and yields a wrong text; here any such error is
 * thrown.
 */
public final class ChatTemplate {
  private static final Object NO_TOOLS = false;

  private final Jinjava jinjava;
  private final String source;
  private final Map<String, String> specialTokens;

  /**
   * @param source the template
   * @param specialTokens names such as {@code bos_token} and {@code eos_token} with their text
   */
  public ChatTemplate(String source, Map<String, String> specialTokens) {
    this.source = source;
    this.specialTokens = Map.copyOf(specialTokens);
    this.jinjava = new Jinjava(settings());
    jinjava
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition(
                "", "raise_exception", ChatTemplate.class, "raiseException", String.class));
  }

  /** The template as it stands in the model's folder. */
  public String source() {
    return source;
  }

  /**
   * The text of a conversation.
   *
   * @param addGenerationPrompt whether the text ends where the assistant's answer begins
   * @throws ChatTemplateException if the template refuses the conversation or cannot be rendered
   */
  public String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    TemplateSource.unknownName(source, jinjava.getGlobalContext())
        .ifPresent(
            name -> {
              throw new ChatTemplateException("chat template: unknown " + name);
            });
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put("messages", messages.stream().map(ChatTemplate::variables).toList());
    variables.put("add_generation_prompt", addGenerationPrompt);
    variables.put("tools", NO_TOOLS);
    RenderResult result = jinjava.renderForResult(TemplateSource.normalized(source), variables);
    if (result.hasErrors()) {
      throw new ChatTemplateException("chat template: " + describe(result.getErrors().get(0)));
    }
    return result.getOutput();
  }

  /** What a template calls to refuse a conversation. Public because Jinjava calls it by name. */
  public static String raiseException(String message) {
    throw new ChatTemplateException(message);
  }

  private static Map<String, Object> variables(ChatMessage message) {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("role", message.role());
    variables.put("content", message.content());
    return variables;
  }

  private static String describe(TemplateError error) {
    Throwable cause = error.getException();
    while (cause != null) {
      if (cause instanceof ChatTemplateException refusal) {
        return "refused: " + refusal.getMessage();
      }
      cause = cause.getCause();
    }
    return "line " + error.getLineno() + ": " + error.getMessage().replaceAll("\\s+", " ").strip();
  }

  private static JinjavaConfig settings() {
    return JinjavaConfig.newBuilder()
        .withTrimBlocks(true)
        .withLstripBlocks(true)
        .withNestedInterpretationEnabled(false)
        .withKeepTrailingNewline(true)
        .withFailOnUnknownTokens(false)
        .withLegacyOverrides(
            LegacyOverrides.newBuilder()
                .withEvaluateMapKeys(true)
                .withUsePyishObjectMapper(true)
                .withUseNaturalOperatorPrecedence(true)
                .withParseWhitespaceControlStrictly(true)
                .withAllowAdjacentTextNodes(true)
                .withUseTrimmingForNotesAndExpressions(true)
                .withKeepNullableLoopValues(true)
                .withHandleBackslashInQuotesOnly(true)
                .build())
        .build();
  }
}
