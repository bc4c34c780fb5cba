package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Keeps processes that share a cache out of each other's way. An entry is used by many or changed
 * by one. A lock is one byte of a file that all share, and the system frees it when its process
 * dies. Thread-safe; one for each folder and process, since closing any channel of a file frees all
 * of its locks.
 */
final class CacheLocks implements AutoCloseable {
  private static final String FILE = ".locks";

  private final Path file;
  private final FileChannel channel;
  private final Map<Long, Held> held = new HashMap<>(); // by position

  private static final class Held {
    private final FileLock lock;
    private int users = 1;

    Held(FileLock lock) {
      this.lock = lock;
    }
  }

  /** A lock that is held. */
  interface Lock extends AutoCloseable {
    @Override
    void close();
  }

  /** Opens the locks of a folder, which is made when it is missing. */
  CacheLocks(Path folder) {
    this.file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      this.channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Locks an entry for use; empty while somebody changes it. */
  synchronized Optional<Lock> use(String entry) {
    long position = position(entry);
    Held present = held.get(position);
    if (present != null) {
      if (!present.lock.isShared()) {
        return Optional.empty();
      }
      present.users++;
      return Optional.of(() -> release(position));
    }
    return lock(position, true);
  }

  /** Locks an entry for changing it; empty while anybody uses or changes it. */
  synchronized Optional<Lock> change(String entry) {
    long position = position(entry);
    return held.containsKey(position) ? Optional.empty() : lock(position, false);
  }

  private Optional<Lock> lock(long position, boolean shared) {
    try {
      FileLock lock = channel.tryLock(position, 1, shared);
      if (lock == null) {
        return Optional.empty();
      }
      held.put(position, new Held(lock));
      return Optional.of(() -> release(position));
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private synchronized void release(long position) {
    Held one = held.get(position);
    if (one != null && --one.users == 0) {
      held.remove(position);
      try {
        if (one.lock.isValid()) {
          one.lock.release();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static long position(String entry) {
    return Long.parseLong(DigestUtils.sha256Hex(entry).substring(0, 15), 16);
  }

  private UserException unusable(IOException e) {
    return new UserException(
        "publish.cache_dir: %s cannot be locked (%s); choose a folder on a disk of this machine"
            .formatted(file, e.getMessage()),
        e);
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
