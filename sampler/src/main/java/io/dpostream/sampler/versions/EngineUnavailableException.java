package io.dpostream.sampler.versions;

/**
 * An engine that cannot write now, through no fault of a version or a prompt. What was asked of it
 * is to be asked again, of the version that samples then.
 */
public final class EngineUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param reason one line, for the log; empty when there is nothing to tell
   */
  public EngineUnavailableException(String reason) {
    super(reason);
  }
}
