package io.dpostream.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Reads YAML into a tree in which a scalar that a text is wanted of is as it was written. YAML 1.1
 * takes {@code no} for a boolean and {@code 0123} for an octal number, but neither is what the user
 * means who names a run so.
 */
final class YamlTree {
  private YamlTree() {}

  /** The tree of a text; missing if there is nothing in it. */
  static JsonNode read(String text, Keys keys) throws IOException {
    try (JsonParser parser = SettingsReader.YAML.createParser(text)) {
      return parser.nextToken() == null ? MissingNode.getInstance() : value(parser, keys);
    }
  }

  private static JsonNode value(JsonParser parser, Keys keys) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      ObjectNode map = SettingsReader.YAML.createObjectNode();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        map.set(key, value(parser, keys.below(key)));
      }
      return map;
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      ArrayNode list = SettingsReader.YAML.createArrayNode();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(parser, keys.element()));
      }
      return list;
    }
    String written = parser.getText();
    if (keys.element().isText() && parser.currentToken() != JsonToken.VALUE_NULL) {
      return text(written);
    }
    JsonNode resolved = SettingsReader.YAML.readTree(parser);
    return isMistaken(resolved, written) ? text(written) : resolved;
  }

  private static JsonNode text(String written) {
    return SettingsReader.YAML.getNodeFactory().textNode(written);
  }

  /** Whether YAML 1.2, too, would not see a boolean or a number there, or another one. */
  private static boolean isMistaken(JsonNode resolved, String written) {
    return resolved.isBoolean()
        ? !written.matches("true|false")
        : resolved.isNumber() && written.matches("[-+]?0\\d+");
  }
}
