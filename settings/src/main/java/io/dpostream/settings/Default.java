package io.dpostream.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a key that nobody sets, as YAML. For a component that is a record, a map of those
 * keys whose defaults differ here from the record's own. An {@code Optional} without it is empty, a
 * list or map without it has no elements, and any other key without it must be set.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /** The value in YAML, as a user would write it. */
  String value();
}
