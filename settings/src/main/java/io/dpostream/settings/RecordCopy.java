package io.dpostream.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Copies of records, so that one that changes a component need not list all the others. */
public final class RecordCopy {
  private RecordCopy() {}

  /**
   * A copy with another value of one component; a record's own {@code with…} methods are made of
   * it.
   *
   * @throws IllegalArgumentException if there is no such component
   */
  @SuppressWarnings("unchecked")
  public static <R extends Record> R with(R original, String component, Object value) {
    RecordComponent[] components = original.getClass().getRecordComponents();
    if (Arrays.stream(components).noneMatch(c -> c.getName().equals(component))) {
      throw new IllegalArgumentException(original.getClass() + " has no component " + component);
    }
    Object[] values =
        Arrays.stream(components)
            .map(c -> c.getName().equals(component) ? value : get(original, c))
            .toArray();
    return (R) construct(original.getClass(), values);
  }

  static Object get(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Calls the canonical constructor; what it throws comes through as it is. */
  static Object construct(Class<?> type, Object[] values) {
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refusal) {
        throw refusal;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
