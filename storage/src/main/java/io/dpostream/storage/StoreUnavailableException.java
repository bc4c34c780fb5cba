package io.dpostream.storage;

/** A store that does not answer, or not with what was asked for; another time it may. */
public final class StoreUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean lasting;

  /**
   * @param reason one line, for the log
   * @param lasting whether somebody has to change settings or permissions first
   */
  public StoreUnavailableException(String reason, boolean lasting) {
    super(reason);
    this.lasting = lasting;
  }

  /** Whether somebody has to change settings or permissions first. */
  public boolean isLasting() {
    return lasting;
  }
}
