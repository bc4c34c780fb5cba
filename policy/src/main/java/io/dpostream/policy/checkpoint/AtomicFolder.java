package io.dpostream.policy.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A folder that appears complete and durable, or not at all. It is filled under a temporary name
 * beside its own, its files and directories are forced to disk, it is renamed in one step, and the
 * rename itself is forced to disk. A process that dies before the rename leaves only the temporary
 * folder.
 */
public final class AtomicFolder {
  private AtomicFolder() {}

  /** Writes the contents of a new, empty folder. */
  @FunctionalInterface
  public interface Contents {
    void writeTo(Path emptyFolder) throws IOException;
  }

  /**
   * Creates a folder.
   *
   * @throws FileAlreadyExistsException if something with its name exists: folders are immutable
   */
  public static void create(Path folder, Contents contents) throws IOException {
    Path target = folder.toAbsolutePath();
    Path parent = target.resolveSibling("");
    refuseExisting(target);
    Files.createDirectories(parent);
    Path temporary = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID());
    Files.createDirectory(temporary);
    try {
      contents.writeTo(temporary);
      force(temporary);
      refuseExisting(target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, temporary);
      throw e;
    }
    forceFile(parent);
  }

  /** Forces a folder and everything in it to disk. */
  public static void force(Path folder) throws IOException {
    for (Path path : Folders.contentsFirst(folder)) {
      forceFile(path);
    }
  }

  private static void refuseExisting(Path target) throws FileAlreadyExistsException {
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  private static void forceFile(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteAfter(Exception failure, Path temporary) {
    try {
      Folders.delete(temporary);
    } catch (UncheckedIOException e) {
      failure.addSuppressed(e);
    }
  }
}
