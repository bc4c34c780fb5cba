package io.dpostream.policy.checkpoint;

import java.nio.file.Path;

/**
 * Thrown when a checkpoint cannot be used. The message is one line: the folder or file, what is
 * wrong with it, and what to do.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(Path file, String problem) {
    super(file + ": " + problem);
  }

  public CheckpointException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
