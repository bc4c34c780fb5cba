package io.dpostream.policy.text.jinja;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Looks for a variable in a piece of a template. */
final class Mentions {
  private Mentions() {}

  /** Whether a variable of the name is read anywhere in the tree. */
  static boolean of(String name, Object tree) {
    if (tree instanceof Expression.Name found) {
      return found.name().equals(name);
    }
    if (tree instanceof Collection<?> children) {
      return children.stream().anyMatch(child -> of(name, child));
    }
    if (tree instanceof Map<?, ?> children) {
      return of(name, children.values());
    }
    if (tree instanceof Optional<?> child) {
      return child.filter(c -> of(name, c)).isPresent();
    }
    return tree instanceof Record record && anyPart(name, record);
  }

  private static boolean anyPart(String name, Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        if (of(name, component.getAccessor().invoke(record))) {
          return true;
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return false;
  }
}
