package io.dpostream.kafka.serde;

import org.apache.kafka.common.errors.SerializationException;

/** The schema registry refused a request; asking again would give the same answer. */
public final class RegistryException extends SerializationException {
  private static final long serialVersionUID = 1;

  private final int status;

  RegistryException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** HTTP status of the answer: 404 not found, 409 incompatible, 422 invalid. */
  public int status() {
    return status;
  }

  /** Whether one schema is refused, and not the asker. */
  boolean concernsTheSchema() {
    return status == 404 || status == 409 || status == 422;
  }
}
