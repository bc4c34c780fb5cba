package io.dpostream.pipeline.formats;

import io.dpostream.sampler.feed.PromptLine;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads prompts from a file in TRL's formats; see {@link PromptLine}. */
public final class PromptRow {
  private PromptRow() {}

  /**
   * Reads a file, plain or gzip, JSON Lines or one array.
   *
   * @throws UserException when the file cannot be read on
   */
  public static ImportReport read(Path file, Consumer<Prompt> accepted) {
    String name = String.valueOf(file.getFileName());
    return JsonRows.read(
        file,
        (line, row) -> {
          String source = name + ":" + line;
          try {
            return PromptLine.parse(row, source, source);
          } catch (IllegalArgumentException e) {
            throw new RowRefusedException(String.valueOf(e.getMessage()));
          }
        },
        accepted);
  }
}
