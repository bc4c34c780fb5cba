package io.dpostream.policy.text.jinja;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Finds mentions of a variable in a part of a template. */
final class VariableMentions {
  private VariableMentions() {}

  /** Whether a variable with this name is read anywhere in the tree. */
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
