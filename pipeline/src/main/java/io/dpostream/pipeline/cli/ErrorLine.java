package io.dpostream.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.policy.torch.DeviceUnavailableException;
import io.dpostream.settings.JsonProblem;
import io.dpostream.settings.UserException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Describes an error in one line. */
final class ErrorLine {

  private ErrorLine() {}

  /**
   * Returns the line for an error that the user can act on, found anywhere among the causes; empty
   * for a fault of the program.
   */
  static Optional<String> ofExpected(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof UserException
          || e instanceof CheckpointException
          || e instanceof DeviceUnavailableException) {
        return Optional.of(line(e.getMessage()));
      }
      if (e instanceof DeviceMemoryException) {
        return Optional.of(
            "out of memory: "
                + line(e.getMessage())
                + "; set dtype to bfloat16, train adapters with trainer.lora_r, or give"
                + " sampler.device another device");
      }
      if (e instanceof NoSuchFileException f) {
        return Optional.of(f.getFile() + ": no such file or directory");
      }
      if (e instanceof AccessDeniedException f) {
        return Optional.of(f.getFile() + ": permission denied");
      }
      if (e instanceof FileSystemException f) {
        String reason = f.getReason() == null ? "cannot be used" : f.getReason();
        return Optional.of(f.getFile() + ": " + line(reason));
      }
      if (e instanceof BindException) {
        return Optional.of(line(e.getMessage()) + ": choose another port");
      }
    }
    return Optional.empty();
  }

  /** Describes any error in one line: by the user's error behind it, or by type and message. */
  static String of(Throwable error) {
    return ofExpected(error)
        .orElseGet(
            () -> {
              String message =
                  error instanceof JsonProcessingException json
                      ? JsonProblem.of(json)
                      : error.getMessage();
              String name = error.getClass().getSimpleName();
              return message == null ? name : name + ": " + line(message);
            });
  }

  /**
   * Describes a wrong command line in one line: by the user's error behind it, or by the parser's.
   */
  static String ofUsage(ParameterException error) {
    return ofExpected(error).orElseGet(() -> line(error.getMessage()) + suggestion(error));
  }

  private static String suggestion(ParameterException error) {
    return error instanceof UnmatchedArgumentException unmatched
        ? unmatched.getSuggestions().stream()
            .findFirst()
            .map("; did you mean %s?"::formatted)
            .orElse("")
        : "";
  }

  private static String line(@Nullable String message) {
    return message == null ? "" : message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
