package io.dpostream.sampler.feed;

import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The prompts of a JSONL file, in its order.
 *
 * @param name file name without folders
 * @param prompts one for each line that is not blank
 */
public record PromptsFile(String name, List<Prompt> prompts) {

  public PromptsFile {
    prompts = List.copyOf(prompts);
  }

  /**
   * Reads the whole file, so that a bad line is found before anything is sampled.
   *
   * @throws UserException naming the file and the line when it cannot be used
   */
  public static PromptsFile read(Path file) {
    String name = String.valueOf(file.getFileName());
    List<Prompt> prompts = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String source = name + ":" + number;
      try {
        prompts.add(PromptLine.parse(line, source, source));
      } catch (IllegalArgumentException e) {
        throw new UserException("%s line %d: %s".formatted(file, number, e.getMessage()), e);
      }
    }
    if (prompts.isEmpty()) {
      throw new UserException("prompts: " + file + " has no prompts; give one JSON a line");
    }
    return new PromptsFile(name, prompts);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new UserException("prompts: " + file + " does not exist; check the path", e);
    } catch (CharacterCodingException e) {
      throw new UserException("prompts: " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UserException("prompts: " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
