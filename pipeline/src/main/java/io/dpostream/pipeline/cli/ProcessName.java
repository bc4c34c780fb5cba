package io.dpostream.pipeline.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Names this process apart from every other that runs now, here or on another machine. */
final class ProcessName {
  private ProcessName() {}

  /**
   * Returns the host's name and the process id: the same after the restart of a container, whose
   * first process has number 1.
   */
  static String get() {
    return "%s-%d"
        .formatted(host().replaceAll("[^a-zA-Z0-9._-]", "_"), ProcessHandle.current().pid());
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
