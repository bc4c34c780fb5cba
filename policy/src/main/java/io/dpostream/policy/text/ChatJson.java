package io.dpostream.policy.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads conversations from JSON as TRL's conversational formats write them: lists of messages, and
 * beside them {@code tools} and {@code chat_template_kwargs}.
 */
public final class ChatJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> FIELDS =
      new TypeReference<>() {};
  private static final String TOOLS = "tools";
  private static final String KWARGS = "chat_template_kwargs";

  /** The parameters of transformers' {@code apply_chat_template} that are no template variables. */
  private static final Set<String> PARAMETERS =
      Set.of(
          "messages",
          "conversation",
          "conversations",
          "sanitize_control_tokens",
          "chat_template",
          "add_generation_prompt",
          "continue_final_message",
          "tokenize",
          "padding",
          "truncation",
          "max_length",
          "return_tensors",
          "return_dict",
          "return_assistant_tokens_mask",
          "tokenizer_kwargs");

  private ChatJson() {}

  /** Reads a turn; empty where it has no role, or neither text nor tool calls. */
  public static Optional<ChatMessage> message(JsonNode turn) {
    JsonNode role = turn.path("role");
    JsonNode content = turn.path("content");
    boolean calls = turn.path("tool_calls").isArray() && !turn.path("tool_calls").isEmpty();
    boolean noContent = content.isMissingNode() || content.isNull();
    if (!role.isTextual() || role.textValue().isBlank()) {
      return Optional.empty();
    }
    return content.isTextual() || (noContent && calls)
        ? Optional.of(
            new ChatMessage(role.textValue(), noContent ? "" : content.textValue(), fields(turn)))
        : Optional.empty();
  }

  /**
   * Reads the turns in a list.
   *
   * @param field names the list in messages
   * @throws IllegalArgumentException naming the turn that cannot be read
   */
  public static List<ChatMessage> messages(JsonNode turns, String field) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode turn : turns) {
      messages.add(
          message(turn)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s: message %d needs role and content as text"
                              .formatted(field, messages.size() + 1))));
    }
    return messages;
  }

  /**
   * Reads a turn as a record holds it.
   *
   * @param fields what {@link #fields} gave for it
   */
  public static ChatMessage message(String role, String content, String fields) {
    return fields.isEmpty()
        ? new ChatMessage(role, content)
        : new ChatMessage(role, content, fields(parse(fields)));
  }

  /** All fields of a turn as a JSON object; empty where it is plain. */
  public static String fields(ChatMessage message) {
    if (message.isPlain()) {
      return "";
    }
    try {
      return JSON.writeValueAsString(message.fields());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a message cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * The parts of a row that its chat template reads besides the turns, as a JSON object; empty
   * where there are none.
   */
  public static String rowVariables(JsonNode row) {
    var variables = JSON.createObjectNode();
    for (String name : List.of(TOOLS, KWARGS)) {
      boolean blank = row.path(name).isTextual() && row.path(name).textValue().isBlank();
      if (row.hasNonNull(name) && !blank) {
        variables.set(name, row.get(name));
      }
    }
    return variables.isEmpty() ? "" : variables.toString();
  }

  /**
   * The variables of a template that {@link #rowVariables} found in a row.
   *
   * @throws IllegalArgumentException if {@code tools} is no list of objects, or {@code
   *     chat_template_kwargs} no object, or names what is no variable of a template
   */
  public static Map<String, @Nullable Object> variables(String json) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    if (json.isEmpty()) {
      return variables;
    }
    JsonNode row = parse(json);
    if (row.has(TOOLS)) {
      variables.put(TOOLS, value(tools(row.get(TOOLS), TOOLS)));
    }
    JsonNode kwargs = row.path(KWARGS);
    if (!kwargs.isMissingNode() && !kwargs.isObject()) {
      throw new IllegalArgumentException(KWARGS + " is not an object");
    }
    for (Iterator<String> names = kwargs.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (PARAMETERS.contains(name)) {
        throw new IllegalArgumentException(
            KWARGS + " has " + name + ", which is no variable of a chat template; leave it out");
      }
      JsonNode given = kwargs.get(name);
      JsonNode used = name.equals(TOOLS) && !given.isNull() ? tools(given, KWARGS) : given;
      variables.put(name, value(used));
    }
    return variables;
  }

  /** TRL takes tools as a list, or as JSON text of one. */
  private static JsonNode tools(JsonNode given, String field) {
    JsonNode tools = given.isTextual() ? parsedTools(given.textValue(), field) : given;
    boolean usable = tools.isArray();
    for (JsonNode tool : tools) {
      usable &= tool.isObject();
    }
    if (!usable && !tools.isNull()) {
      throw new IllegalArgumentException(field + ": tools are not a list of objects");
    }
    return tools;
  }

  private static JsonNode parsedTools(String text, String field) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(field + ": tools are text that is not JSON", e);
    }
  }

  /** A field that is null is no field, as in transformers. */
  private static Map<String, @Nullable Object> fields(JsonNode object) {
    Map<String, @Nullable Object> fields = JSON.convertValue(object, FIELDS);
    fields.values().removeIf(Objects::isNull);
    return fields;
  }

  private static @Nullable Object value(JsonNode node) {
    return JSON.convertValue(node, Object.class);
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
