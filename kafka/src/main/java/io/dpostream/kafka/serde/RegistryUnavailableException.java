package io.dpostream.kafka.serde;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The schema registry could not be reached, or answered that it cannot serve now. It says nothing
 * about the record at hand: try again later, and never write the record off.
 */
public final class RegistryUnavailableException extends RetriableException {
  private static final long serialVersionUID = 1;

  RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  RegistryUnavailableException(String message) {
    super(message);
  }
}
