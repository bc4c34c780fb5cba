package io.dpostream.settings;

/**
 * A value that a settings record refuses. The message begins with the key as the record knows it;
 * {@link SettingsTree} puts before it where the record stands.
 */
public final class InvalidSettingException extends UserException {
  private static final long serialVersionUID = 1;

  /** A refusal whose message begins with a key. */
  public InvalidSettingException(String message) {
    super(message);
  }

  /** This refusal, once it is known that the record stands at a path, such as {@code trainer}. */
  public UserException under(String path) {
    return path.isEmpty() ? this : new UserException(path + "." + getMessage(), this);
  }
}
