package io.dpostream.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;

/** Hides what nobody may read in a tree of settings that is shown or written down. */
final class HiddenSecrets {
  private HiddenSecrets() {}

  /**
   * Copies a tree. Where any key may stand, as among the properties of clients, secrets are hidden
   * by the name of their key; in every text, a user and password within an address.
   */
  static ObjectNode in(ObjectNode tree, Keys keys) {
    ObjectNode copy = tree.objectNode();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      String key = entry.getKey();
      boolean known = keys instanceof Keys.Section section && section.children().containsKey(key);
      copy.set(key, shown(known ? "" : key, entry.getValue(), keys.below(key)));
    }
    return copy;
  }

  private static JsonNode shown(String key, JsonNode value, Keys keys) {
    if (value instanceof ObjectNode section) {
      return in(section, keys);
    }
    if (value instanceof ArrayNode list) {
      ArrayNode copy = list.arrayNode();
      list.forEach(element -> copy.add(shown(key, element, keys.element())));
      return copy;
    }
    String shown = value.isNull() ? "" : Secrets.shown(key, value.asText());
    return value.isNull() || shown.equals(value.asText()) ? value : TextNode.valueOf(shown);
  }

  /**
   * Refuses a tree in which a value stands hidden that is needed now.
   *
   * @throws UserException naming the key
   */
  static void refuse(JsonNode tree, String path) {
    tree.properties().forEach(entry -> refuse(entry.getValue(), path + entry.getKey() + "."));
    if (tree instanceof ArrayNode list) {
      list.forEach(element -> refuse(element, path));
    }
    if (tree.isTextual() && tree.asText().contains(Secrets.MASK)) {
      throw new UserException(
          path.substring(0, path.length() - 1)
              + ": was hidden when it was written down; set it again, or refer to it where it"
              + " stands: ${env:NAME} or ${file:PATH:KEY}");
    }
  }
}
