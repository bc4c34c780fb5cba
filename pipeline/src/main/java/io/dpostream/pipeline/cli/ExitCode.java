package io.dpostream.pipeline.cli;

/** Exit codes of the {@code dpo} process. */
public final class ExitCode {

  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;

  private ExitCode() {}
}
