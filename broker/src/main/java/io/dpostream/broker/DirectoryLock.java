package io.dpostream.broker;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Lets one process at a time work in a directory; the system frees the lock when the process dies.
 */
final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a directory, creating the directory when it is missing.
   *
   * @param patience how long to wait for another process to release it
   * @throws UserException when the directory cannot be written or is in use
   */
  static DirectoryLock take(Path dir, Duration patience) {
    FileChannel channel;
    try {
      Files.createDirectories(dir);
      channel =
          FileChannel.open(
              dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UserException(
          "directory: " + dir + " cannot be written (" + e + "); choose another one", e);
    }
    long deadline = System.nanoTime() + patience.toNanos();
    while (!tryLock(channel, dir)) {
      if (System.nanoTime() - deadline >= 0) {
        close(channel);
        throw new UserException(
            "directory: " + dir + " is in use by another process; stop it or choose another one");
      }
      pause();
    }
    return new DirectoryLock(channel);
  }

  private static boolean tryLock(FileChannel channel, Path dir) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException heldByThisProcess) {
      return false;
    } catch (IOException e) {
      close(channel);
      throw new UserException("directory: " + dir + " cannot be locked (" + e + ")", e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a directory", e);
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException ignored) {
      // nothing was written, so nothing can be lost
    }
  }

  @Override
  public void close() {
    close(channel);
  }
}
