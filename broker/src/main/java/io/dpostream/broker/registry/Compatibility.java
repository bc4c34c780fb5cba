package io.dpostream.broker.registry;

import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;

/** What a new version of a schema owes to earlier ones; the names are Confluent's. */
enum Compatibility {
  /** No check: any schema may follow. */
  NONE,
  /** The new schema reads what the latest one wrote. */
  BACKWARD,
  /** The new schema reads what any earlier one wrote. */
  BACKWARD_TRANSITIVE,
  /** The latest schema reads what the new one writes. */
  FORWARD,
  /** Every earlier schema reads what the new one writes. */
  FORWARD_TRANSITIVE,
  /** Both directions hold against the latest one. */
  FULL,
  /** Both directions hold against every earlier one. */
  FULL_TRANSITIVE;

  /**
   * Finds a level by its name.
   *
   * @throws RegistryError when there is no such level
   */
  static Compatibility of(String name) {
    return Arrays.stream(values())
        .filter(level -> level.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new RegistryError(422, 42203, "Invalid compatibility level '" + name + "'"));
  }

  /** Whether a schema may follow earlier ones, which are given newest first. */
  boolean allows(Schema candidate, List<Schema> newestFirst) {
    if (this == NONE || newestFirst.isEmpty()) {
      return true;
    }
    try {
      validator().validate(candidate, newestFirst);
      return true;
    } catch (SchemaValidationException e) {
      return false;
    }
  }

  private SchemaValidator validator() {
    SchemaValidatorBuilder builder = new SchemaValidatorBuilder();
    SchemaValidatorBuilder strategy =
        switch (this) {
          case BACKWARD, BACKWARD_TRANSITIVE -> builder.canReadStrategy();
          case FORWARD, FORWARD_TRANSITIVE -> builder.canBeReadStrategy();
          case FULL, FULL_TRANSITIVE -> builder.mutualReadStrategy();
          case NONE -> throw new IllegalStateException("NONE has nothing to validate");
        };
    return name().endsWith("_TRANSITIVE") ? strategy.validateAll() : strategy.validateLatest();
  }
}
