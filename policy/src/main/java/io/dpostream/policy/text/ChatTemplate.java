package io.dpostream.policy.text;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.interpret.TemplateSyntaxException;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  private final String normalized;
  private final Optional<String> unknownName;

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
    this.normalized = TemplateSource.normalized(source);
    this.unknownName = TemplateSource.unknownName(source, jinjava.getGlobalContext());
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
    unknownName.ifPresent(
        name -> {
          throw new ChatTemplateException("chat template: unknown " + name);
        });
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put("messages", messages.stream().map(ChatTemplate::variables).toList());
    variables.put("add_generation_prompt", addGenerationPrompt);
    variables.put("tools", NO_TOOLS);
    return render(variables);
  }

  /**
   * Jinjava's own entry makes all filters and tests again for every call, five times the work of
   * the rendering itself. A context below the shared one does without; it reports what it resolved
   * to its parent, hence one at a time, and the reset.
   */
  private synchronized String render(Map<String, Object> variables) {
    Context shared = jinjava.getGlobalContext();
    JinjavaInterpreter interpreter =
        new JinjavaInterpreter(jinjava, new Context(shared, variables), jinjava.getGlobalConfig());
    try {
      String text = interpreter.render(normalized);
      List<TemplateError> errors = interpreter.getErrorsCopy();
      if (!errors.isEmpty()) {
        throw new ChatTemplateException("chat template: " + describe(errors.get(0)));
      }
      return text;
    } catch (ChatTemplateException e) {
      throw e;
    } catch (TemplateSyntaxException e) {
      throw new ChatTemplateException("chat template: " + describe(TemplateError.fromException(e)));
    } catch (RuntimeException e) {
      throw new ChatTemplateException("chat template: " + describe(TemplateError.fromException(e)));
    } finally {
      shared.reset();
    }
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
