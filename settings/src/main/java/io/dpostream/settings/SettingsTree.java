package io.dpostream.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

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

  /**
   * The record that open keys and values describe, such as the options of one judge.
   *
   * @param path where they stand in the configuration, for messages
   * @throws UserException if a key is unknown or missing, or a value is of the wrong type or
   *     refused
   */
  public static <T extends Record> T read(Map<String, ?> values, Class<T> type, String path) {
    ObjectNode tree = (ObjectNode) node(values);
    UnknownKeys.refuse(tree, Keys.of(type), path);
    return read(tree, type, path);
  }

  /**
   * The keys and values of a record that are not the default, to any depth: equal for equal
   * records, and still the same when the record has got another key.
   */
  public static ObjectNode changes(Record record) {
    ObjectNode tree = NODES.objectNode();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = RecordCopy.get(record, component);
      if (component.isAnnotationPresent(Flat.class)) {
        tree.setAll((ObjectNode) changed(value));
      } else if (!isDefault(component, value)) {
        tree.set(Spelling.of(component), changed(value));
      }
    }
    return tree;
  }

  private static boolean isDefault(RecordComponent component, Object value) {
    JsonNode written = SettingsBinder.defaultOf(component);
    return value instanceof Record section
        ? changes(section).isEmpty()
        : !written.isMissingNode()
            && new SettingsBinder().value(written, component.getGenericType(), "").equals(value);
  }

  private static JsonNode changed(Object value) {
    return node(value, SettingsTree::changes);
  }

  /** The keys and values of a record, every one of them. */
  public static ObjectNode of(Record record) {
    ObjectNode tree = NODES.objectNode();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = RecordCopy.get(record, component);
      if (component.isAnnotationPresent(Flat.class)) {
        tree.setAll((ObjectNode) node(value));
      } else {
        tree.set(Spelling.of(component), node(value));
      }
    }
    return tree;
  }

  private static JsonNode node(Object value) {
    return node(value, SettingsTree::of);
  }

  private static JsonNode node(Object value, Function<Record, ObjectNode> record) {
    if (value instanceof Optional<?> optional) {
      return optional.<JsonNode>map(set -> node(set, record)).orElseGet(NODES::nullNode);
    }
    if (value instanceof Record section) {
      return record.apply(section);
    }
    if (value instanceof Enum<?> constant) {
      return NODES.textNode(Spelling.of(constant));
    }
    if (value instanceof Collection<?> elements) {
      ArrayNode list = NODES.arrayNode();
      elements.forEach(element -> list.add(node(element, record)));
      return list;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode open = NODES.objectNode();
      map.forEach((key, element) -> open.set(key.toString(), node(element, record)));
      return open;
    }
    return SettingsReader.JSON.valueToTree(value);
  }
}
