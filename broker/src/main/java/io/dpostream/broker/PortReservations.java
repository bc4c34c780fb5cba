package io.dpostream.broker;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps ports that one process has chosen from all others of the same user, until it ends.
 *
 * <p>A reservation is a lock on one byte of a file that all share, the byte whose position is the
 * port. The system frees it when the process dies, however it dies.
 */
final class PortReservations {
  private PortReservations() {}

  /**
   * Reserves a port, whether or not something listens there.
   *
   * @return false if this or another process has reserved it
   */
  static boolean take(int port) {
    try {
      return Shared.FILE.tryLock(port, 1, false) != null;
    } catch (OverlappingFileLockException reservedHere) {
      return false;
    } catch (IOException e) {
      throw new UserException("ports: cannot be reserved in " + Shared.PATH + " (" + e + ")", e);
    }
  }

  /** Opened once and never closed: to close any channel of a file frees all of its locks. */
  private static final class Shared {
    private static final Path PATH =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "dpo-stream-ports-" + System.getProperty("user.name"));
    private static final FileChannel FILE = open();

    private static FileChannel open() {
      try {
        return FileChannel.open(
            PATH, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        throw new UserException(
            "ports: " + PATH + " cannot be opened (" + e + "); set -Djava.io.tmpdir", e);
      }
    }
  }
}
