package io.dpostream.pipeline.cli;

/** What standard output is connected to. */
final class Terminal {

  private Terminal() {}

  /** Whether somebody is looking: standard input and output are a terminal that can be drawn on. */
  static boolean isInteractive() {
    return System.console() != null && !"dumb".equals(System.getenv("TERM"));
  }
}
