package io.dpostream.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes records of trees; every message names the whole path of a key. */
final class SettingsBinder {

  /** The record that a tree describes; {@code path} is empty at the top. */
  Object record(ObjectNode tree, Class<?> type, String path) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = component(tree, components[i], path);
    }
    try {
      return RecordCopy.construct(type, values);
    } catch (InvalidSettingException e) {
      throw e.under(path);
    }
  }

  private Object component(ObjectNode tree, RecordComponent component, String path) {
    if (Keys.takesTheRest(component)) {
      ObjectNode rest = tree.deepCopy();
      rest.remove(Keys.of(component.getDeclaringRecord()).children().keySet());
      return value(rest, component.getGenericType(), path);
    }
    boolean flat = component.isAnnotationPresent(Flat.class);
    if (flat || component.getType().isRecord()) {
      String below = flat ? path : key(path, Spelling.of(component));
      JsonNode given = flat ? tree : tree.path(Spelling.of(component));
      if (!given.isMissingNode() && !given.isObject()) {
        throw new UserException(below + ": " + given + " is not a map of keys");
      }
      return record(section(component, given), component.getType(), below);
    }
    String key = Spelling.of(component);
    JsonNode value = tree.has(key) ? tree.get(key) : defaultOf(component);
    if (value.isMissingNode()) {
      throw new UserException(key(path, key) + ": is missing; set it");
    }
    return value(value, component.getGenericType(), key(path, key));
  }

  /** The tree of a component that is a record: what is given, over what is its default here. */
  static ObjectNode section(RecordComponent component, JsonNode given) {
    ObjectNode section =
        defaultOf(component) instanceof ObjectNode o ? o : SettingsReader.YAML.createObjectNode();
    given.properties().forEach(entry -> section.set(entry.getKey(), entry.getValue()));
    return section;
  }

  /** The default of a component as a tree of its own; missing if it must be set. */
  static JsonNode defaultOf(RecordComponent component) {
    Default written = component.getAnnotation(Default.class);
    if (written != null) {
      try {
        return SettingsReader.YAML.readTree(written.value());
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("default of " + component, e);
      }
    }
    var nodes = SettingsReader.YAML.getNodeFactory();
    if (component.getType() == Optional.class) {
      return nodes.nullNode();
    }
    if (component.getType() == List.class) {
      return nodes.arrayNode();
    }
    return component.getType() == Map.class ? nodes.objectNode() : nodes.missingNode();
  }

  Object value(JsonNode node, Type type, String path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == Optional.class) {
        return node.isNull() ? Optional.empty() : Optional.of(value(node, arguments[0], path));
      }
      if (generic.getRawType() == List.class) {
        return list(node, arguments[0], path);
      }
      if (generic.getRawType() == Map.class) {
        return map(node, arguments[1], path);
      }
    }
    if (type == Object.class) {
      if (node.isNull()) {
        throw new UserException(path + ": has no value; set it or take it out");
      }
      return SettingsReader.JSON.convertValue(node, Object.class);
    }
    if (!(type instanceof Class<?> plain)) {
      throw new IllegalStateException(path + ": settings cannot be of " + type);
    }
    if (plain.isRecord()) {
      if (node instanceof ObjectNode section) {
        UnknownKeys.refuse(section, Keys.of(plain), path);
        return record(section, plain, path);
      }
      throw wrong(path, node, "a map of keys");
    }
    return scalar(node, plain, path);
  }

  private List<Object> list(JsonNode node, Type element, String path) {
    if (node.isNull()) {
      throw wrong(path, node, "a list");
    }
    if (!node.isArray()) {
      return List.of(value(node, element, path)); // loss_type: ipo
    }
    List<Object> list = new ArrayList<>();
    for (JsonNode each : node) {
      list.add(value(each, element, path + "[" + list.size() + "]"));
    }
    return list;
  }

  private Map<String, Object> map(JsonNode node, Type element, String path) {
    if (!node.isObject()) {
      throw wrong(path, node, "a map of keys");
    }
    Map<String, Object> map = new LinkedHashMap<>();
    node.properties()
        .forEach(e -> map.put(e.getKey(), value(e.getValue(), element, key(path, e.getKey()))));
    return map;
  }

  private static Object scalar(JsonNode node, Class<?> type, String path) {
    if (!node.isValueNode() || node.isNull()) {
      throw wrong(path, node, name(type));
    }
    if (type == String.class) {
      return node.asText();
    }
    String text = node.asText().strip();
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (Spelling.of((Enum<?>) constant).equals(text)) {
          return constant;
        }
      }
      throw new UserException(path + ": '" + text + "' is " + name(type));
    }
    try {
      if (node.isFloatingPointNumber() && name(type).equals("a whole number")) {
        throw wrong(path, node, name(type)); // it may have been rounded when it was read
      }
      if (type == int.class || type == Integer.class) {
        return new BigDecimal(text).intValueExact();
      }
      if (type == long.class || type == Long.class) {
        return new BigDecimal(text).longValueExact();
      }
      if (type == double.class || type == Double.class) {
        return finite(new BigDecimal(text));
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(path, node, name(type));
    }
    if ((type == boolean.class || type == Boolean.class) && text.matches("true|false")) {
      return Boolean.valueOf(text);
    }
    throw wrong(path, node, name(type));
  }

  private static double finite(BigDecimal number) {
    double value = number.doubleValue();
    if (Double.isInfinite(value)) {
      throw new ArithmeticException("beyond the range of a double");
    }
    return value;
  }

  /** What a value of a type is called: {@code x is not …}. */
  static String name(Class<?> type) {
    if (type.isEnum()) {
      return "not one of " + String.join(", ", spellings(type));
    }
    if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
      return "a whole number";
    }
    if (type == double.class || type == Double.class) {
      return "a number";
    }
    return type == String.class ? "a text" : "true or false";
  }

  static List<String> spellings(Class<?> type) {
    List<String> spellings = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      spellings.add(Spelling.of((Enum<?>) constant));
    }
    return spellings;
  }

  private static UserException wrong(String path, JsonNode node, String wanted) {
    String negated = wanted.startsWith("not ") ? wanted : "not " + wanted;
    return new UserException(path + ": " + node + " is " + negated);
  }

  static String key(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
