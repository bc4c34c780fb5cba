package io.dpostream.storage;

import java.nio.file.Path;

/** A version's folder on this machine, which is kept until this is closed. */
public interface VersionFolder extends AutoCloseable {

  /** The folder, for reading. */
  Path path();

  @Override
  void close();
}
