package io.dpostream.pipeline.cli;

/** Tells whether standard output is connected to a terminal. */
final class Terminal {

  private Terminal() {}

  /** Whether standard input and output are a terminal that understands control sequences. */
  static boolean isInteractive() {
    return System.console() != null && !"dumb".equals(System.getenv("TERM"));
  }
}
