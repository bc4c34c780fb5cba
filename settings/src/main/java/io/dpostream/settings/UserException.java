package io.dpostream.settings;

/**
 * An error that the user can repair: its message is one line that names the field, the value and
 * the fix. Commands print the message alone, without a stack trace, and exit with 1.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An error whose message is the whole of what the user needs. */
  public UserException(String message) {
    super(message);
  }

  /** An error with such a message, keeping the cause for the log. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
