package io.dpostream.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One key that a settings record reads, as documents list it.
 *
 * @param path the whole key, such as {@code trainer.beta}
 * @param type what a value may be, in words; the spellings of a closed set
 * @param defaultValue its default in YAML; {@code null} is one that is not set, and empty one that
 *     must be
 * @param doc what it means; empty while nobody has written it down
 * @param owner the record that declares it
 */
public record SettingsKey(
    String path, String type, Optional<String> defaultValue, Optional<String> doc, Class<?> owner) {

  /** Maps have no order of their own; a document must not change with the day's. */
  private static final JsonMapper SORTED =
      JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

  /**
   * Every key of a record, in the order of its components; {@code judges[].id} is a key of each
   * element of a list.
   */
  public static List<SettingsKey> of(Class<? extends Record> type) {
    List<SettingsKey> keys = new ArrayList<>();
    collect(type, SettingsReader.YAML.createObjectNode(), "", keys);
    return keys;
  }

  private static void collect(
      Class<?> type, ObjectNode given, String path, List<SettingsKey> into) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (Keys.takesTheRest(component)) {
        continue; // keys that nobody knows yet
      }
      boolean flat = component.isAnnotationPresent(Flat.class);
      String key = flat ? path : SettingsBinder.key(path, Spelling.of(component));
      if (flat || component.getType().isRecord()) {
        JsonNode above = flat ? given : given.path(Spelling.of(component));
        collect(component.getType(), SettingsBinder.section(component, above), key, into);
      } else {
        JsonNode value = given.path(Spelling.of(component));
        into.add(leaf(component, key, value, type));
        if (component.getGenericType() instanceof ParameterizedType generic
            && generic.getActualTypeArguments()[0] instanceof Class<?> element
            && element.isRecord()) {
          collect(element, SettingsReader.YAML.createObjectNode(), key + "[]", into);
        }
      }
    }
  }

  private static SettingsKey leaf(
      RecordComponent component, String key, JsonNode given, Class<?> owner) {
    JsonNode written = given.isMissingNode() ? SettingsBinder.defaultOf(component) : given;
    return new SettingsKey(
        key,
        words(component.getGenericType()),
        written.isMissingNode() ? Optional.empty() : Optional.of(yaml(written)),
        Optional.ofNullable(component.getAnnotation(Doc.class)).map(Doc::value),
        owner);
  }

  private static String yaml(JsonNode value) {
    if (value.isNumber()) {
      return value.asText().replaceFirst("\\.0(?=$|E)", "").replace('E', 'e');
    }
    if (value.isTextual() && !value.asText().isEmpty()) {
      return value.asText();
    }
    try {
      return SORTED.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String words(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == Optional.class) {
        return words(arguments[0]);
      }
      return generic.getRawType() == Map.class
          ? "map to " + words(arguments[1])
          : "list of " + words(arguments[0]);
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isEnum()) {
      return String.join(", ", SettingsBinder.spellings(plain));
    }
    if (plain == Object.class) {
      return "any value";
    }
    return plain.isRecord() ? "map" : SettingsBinder.name(plain).replaceFirst("^an? ", "");
  }
}
