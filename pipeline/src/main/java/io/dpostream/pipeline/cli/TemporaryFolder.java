package io.dpostream.pipeline.cli;

import io.dpostream.policy.checkpoint.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is deleted, with everything in it, when it is closed. */
record TemporaryFolder(Path path) implements AutoCloseable {

  static TemporaryFolder create(String name) throws IOException {
    return new TemporaryFolder(Files.createTempDirectory(name));
  }

  @Override
  public void close() {
    Folders.delete(path);
  }
}
