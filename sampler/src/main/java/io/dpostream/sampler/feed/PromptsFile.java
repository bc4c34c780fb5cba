package io.dpostream.sampler.feed;

import io.dpostream.files.RowFile;
import io.dpostream.files.RowReport;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The prompts of a file, in its order.
 *
 * @param name file name without folders
 * @param prompts one for each row
 */
public record PromptsFile(String name, List<Prompt> prompts) {

  public PromptsFile {
    prompts = List.copyOf(prompts);
  }

  /**
   * Reads the whole file, so that a bad row is found before anything is sampled.
   *
   * @throws UserException naming the file and the row when it cannot be used
   */
  public static PromptsFile read(Path file) {
    List<Prompt> prompts = new ArrayList<>();
    RowReport report;
    try {
      report = read(file, prompts::add);
    } catch (UserException e) {
      throw new UserException("prompts: " + e.getMessage(), e);
    }
    report
        .firstRefusal()
        .ifPresent(
            refusal -> {
              throw new UserException(file + " " + refusal);
            });
    if (prompts.isEmpty()) {
      throw new UserException("prompts: " + file + " has no prompts; give one JSON object a line");
    }
    return new PromptsFile(String.valueOf(file.getFileName()), prompts);
  }

  /**
   * Hands every usable prompt to the consumer, in the file's order.
   *
   * @return how many there were, and which rows were rejected and why
   * @throws UserException when the file cannot be read on
   */
  public static RowReport read(Path file, Consumer<Prompt> accepted) {
    String name = String.valueOf(file.getFileName());
    return RowFile.read(
        file,
        (place, row) -> PromptRow.parse(row, name + ":" + place, name + ":" + place),
        accepted);
  }
}
