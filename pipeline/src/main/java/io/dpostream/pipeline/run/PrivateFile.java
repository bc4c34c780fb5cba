package io.dpostream.pipeline.run;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes files that nobody but their owner may read. */
public final class PrivateFile {
  private PrivateFile() {}

  /** Writes a file with mode 600, where the file system has modes, in place of an earlier one. */
  public static void write(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    // Temporary files have mode 600 from the start, so no moment shows the text to others.
    Path written = Files.createTempFile(folder, file.getFileName() + "-", ".tmp");
    Files.writeString(written, text);
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
    }
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
