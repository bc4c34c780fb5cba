package io.dpostream.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The keys that a settings record accepts: its components' names in snake_case, to any depth. */
sealed interface Keys {

  /**
   * The keys of a record, in its order.
   *
   * @param open whether it takes any other key, too
   */
  record Section(Map<String, Keys> children, boolean open) implements Keys {}

  /** Any key: a component of type {@code Map}. */
  record Open() implements Keys {}

  /** A scalar or a list. */
  record Value() implements Keys {}

  static Section of(Class<?> record) {
    Map<String, Keys> children = new LinkedHashMap<>();
    boolean open = false;
    for (RecordComponent component : record.getRecordComponents()) {
      if (takesTheRest(component)) {
        open = true;
      } else if (component.isAnnotationPresent(Flat.class)) {
        children.putAll(of(component.getType()).children());
      } else {
        children.put(Spelling.of(component), below(component.getGenericType()));
      }
    }
    return new Section(children, open);
  }

  /** Whether a component is a map of the keys that no other one takes. */
  static boolean takesTheRest(RecordComponent component) {
    return component.isAnnotationPresent(Flat.class) && component.getType() == Map.class;
  }

  private static Keys below(Type type) {
    if (type instanceof ParameterizedType generic) {
      if (generic.getRawType() == Optional.class) {
        return below(generic.getActualTypeArguments()[0]);
      }
      return generic.getRawType() == Map.class ? new Open() : new Value();
    }
    return type instanceof Class<?> c && c.isRecord() ? of(c) : new Value();
  }
}
