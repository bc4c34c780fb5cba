package io.dpostream.schemas;

import org.apache.kafka.common.errors.SerializationException;

/** The schema registry refused a request; asking again would give the same answer. */
public final class RegistryException extends SerializationException {
  private static final long serialVersionUID = 1;

  /** Confluent's error code for a schema that does not exist. */
  static final int SCHEMA_NOT_FOUND = 40403;

  private final int status;
  private final int errorCode;

  RegistryException(int status, int errorCode, String message) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  /** HTTP status of the answer: 404 not found, 409 incompatible, 422 invalid. */
  public int status() {
    return status;
  }

  /** The registry's own, finer code; 0 when the answer had none. */
  public int errorCode() {
    return errorCode;
  }
}
