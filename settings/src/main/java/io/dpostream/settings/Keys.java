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
  record Open(Keys values) implements Keys {}

  /** A list, or one value that stands for a list of one. */
  record Elements(Keys each) implements Keys {}

  /**
   * A scalar.
   *
   * @param text whether it is taken as it is written, whatever YAML would make of it
   */
  record Value(boolean text) implements Keys {}

  /** What may stand below a key; anything, where nothing is known of it. */
  default Keys below(String key) {
    if (this instanceof Open open) {
      return open.values();
    }
    return this instanceof Section section
        ? section.children().getOrDefault(key, new Value(false))
        : element() == this ? new Value(false) : element().below(key);
  }

  /** What may stand in a list here, or be it. */
  default Keys element() {
    return this instanceof Elements list ? list.each() : this;
  }

  /** Whether a text is wanted here. */
  default boolean isText() {
    return this instanceof Value value && value.text();
  }

  static Section of(Class<?> record) {
    Map<String, Keys> children = new LinkedHashMap<>();
    boolean open = false;
    for (RecordComponent component : record.getRecordComponents()) {
      if (takesTheRest(component)) {
        open = true;
      } else if (component.isAnnotationPresent(Flat.class)) {
        children.putAll(of(component.getType()).children());
      } else {
        children.put(Spelling.of(component), of(component.getGenericType()));
      }
    }
    return new Section(children, open);
  }

  /** Whether a component is a map of the keys that no other one takes. */
  static boolean takesTheRest(RecordComponent component) {
    return component.isAnnotationPresent(Flat.class) && component.getType() == Map.class;
  }

  private static Keys of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == Optional.class) {
        return of(arguments[0]);
      }
      return generic.getRawType() == Map.class
          ? new Open(of(arguments[1]))
          : new Elements(of(arguments[0]));
    }
    Class<?> plain = (Class<?>) type;
    return plain.isRecord() ? of(plain) : new Value(plain == String.class || plain.isEnum());
  }
}
