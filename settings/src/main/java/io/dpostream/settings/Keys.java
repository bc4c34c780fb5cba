package io.dpostream.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The keys that a settings record accepts: its components' names in snake_case, to any depth. */
sealed interface Keys {

  /** A fixed set of keys, in the record's order. */
  record Section(Map<String, Keys> children) implements Keys {}

  /** Any key: a component of type {@code Map}. */
  record Open() implements Keys {}

  /** A scalar or a list. */
  record Value() implements Keys {}

  static Section of(Class<?> record) {
    Map<String, Keys> children = new LinkedHashMap<>();
    for (RecordComponent component : record.getRecordComponents()) {
      if (component.isAnnotationPresent(Flat.class)) {
        children.putAll(of(component.getType()).children());
      } else {
        children.put(Spelling.of(component), below(component.getGenericType()));
      }
    }
    return new Section(children);
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
