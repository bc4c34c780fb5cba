package io.dpostream.settings;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.RecordComponent;
import java.util.Locale;

/** How components and enum constants are written in settings: in snake_case. */
public final class Spelling {
  private Spelling() {}

  /** The spelling of an enum's constant. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The key of a record's component. */
  static String of(RecordComponent component) {
    return SnakeCaseStrategy.INSTANCE.translate(component.getName());
  }
}
