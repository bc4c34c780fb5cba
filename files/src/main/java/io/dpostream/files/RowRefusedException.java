package io.dpostream.files;

/**
 * Refuses a row that cannot be used. The message is the reason without the row's own values, so
 * that rows refused for the same reason can be counted together.
 */
public final class RowRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RowRefusedException(String reason) {
    super(reason);
  }
}
