package io.dpostream.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Settings records as trees of keys and values, and back. */
public final class SettingsTree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private SettingsTree() {}

  /** The record of a type in which every key has its default. */
  public static <T extends Record> T defaults(Class<T> type) {
    return read(NODES.objectNode(), type, "");
  }

  /**
   * The record that a tree describes; a key that the tree lacks has its default.
   *
   * @param path where the tree stands in the configuration, for messages; empty at the top
   * @throws UserException if a value is of the wrong type or is refused, or a key is missing
   */
  public static <T extends Record> T read(ObjectNode tree, Class<T> type, String path) {
    return type.cast(new SettingsBinder().record(tree, type, path));
  }

  /** The keys and values of a record, every one of them. */
  public static ObjectNode of(Record record) {
    ObjectNode tree = NODES.objectNode();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = RecordCopy.get(record, component);
      if (component.isAnnotationPresent(Flat.class)) {
        tree.setAll(of((Record) value));
      } else {
        tree.set(Spelling.of(component), node(value));
      }
    }
    return tree;
  }

  private static JsonNode node(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.<JsonNode>map(SettingsTree::node).orElseGet(NODES::nullNode);
    }
    if (value instanceof Record section) {
      return of(section);
    }
    if (value instanceof Enum<?> constant) {
      return NODES.textNode(Spelling.of(constant));
    }
    if (value instanceof Collection<?> elements) {
      ArrayNode list = NODES.arrayNode();
      elements.forEach(element -> list.add(node(element)));
      return list;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode open = NODES.objectNode();
      map.forEach((key, element) -> open.set(key.toString(), node(element)));
      return open;
    }
    return SettingsReader.JSON.valueToTree(value);
  }
}
