package io.dpostream.trainer;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/** Copies of records for tests. */
public final class Records {
  private Records() {}

  /** A copy with other values: {@code with(config, "beta", 0.3, "lossType", List.of("ipo"))}. */
  @SuppressWarnings("unchecked")
  public static <R extends Record> R with(R original, Object... namesAndValues) {
    RecordComponent[] components = original.getClass().getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values = new Object[components.length];
    int replaced = 0;
    try {
      for (int i = 0; i < components.length; i++) {
        values[i] = components[i].getAccessor().invoke(original);
        for (int n = 0; n < namesAndValues.length; n += 2) {
          if (components[i].getName().equals(namesAndValues[n])) {
            values[i] = namesAndValues[n + 1];
            replaced++;
          }
        }
      }
      if (2 * replaced != namesAndValues.length) {
        throw new IllegalArgumentException("no such component in " + original.getClass());
      }
      return (R) original.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (java.lang.reflect.InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
