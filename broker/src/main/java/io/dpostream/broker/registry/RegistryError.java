package io.dpostream.broker.registry;

/** A refused request, as the REST interface reports it. */
final class RegistryError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final int code;

  /**
   * Refuses a request.
   *
   * @param status HTTP status
   * @param code Confluent's finer error code
   */
  RegistryError(int status, int code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  int code() {
    return code;
  }
}
