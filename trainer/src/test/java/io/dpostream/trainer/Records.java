package io.dpostream.trainer;

import io.dpostream.settings.Spelling;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Copies of records for tests. */
public final class Records {
  private Records() {}

  /**
   * A copy with other values: {@code with(config, "beta", 0.3, "lossType", List.of("ipo"))}. A
   * component may stand in a record within the record, and an enum's constant may be given by its
   * spelling.
   */
  public static <R extends Record> R with(R original, Object... namesAndValues) {
    Map<String, Object> changes = new HashMap<>();
    for (int n = 0; n < namesAndValues.length; n += 2) {
      changes.put((String) namesAndValues[n], namesAndValues[n + 1]);
    }
    R copy = copy(original, changes);
    if (!changes.isEmpty()) {
      throw new IllegalArgumentException(changes + ": not in " + original.getClass());
    }
    return copy;
  }

  @SuppressWarnings("unchecked")
  private static <R extends Record> R copy(R original, Map<String, Object> changes) {
    RecordComponent[] components = original.getClass().getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        Object value = components[i].getAccessor().invoke(original);
        if (changes.containsKey(components[i].getName())) {
          values[i] = constant(types[i], changes.remove(components[i].getName()));
        } else {
          values[i] = value instanceof Record inner ? copy(inner, changes) : value;
        }
      }
      return (R) original.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Object constant(Class<?> type, Object value) {
    return type.isEnum() && value instanceof String
        ? Arrays.stream(type.getEnumConstants())
            .filter(c -> Spelling.of((Enum<?>) c).equals(value))
            .findFirst()
            .orElseThrow()
        : value;
  }
}
