package io.dpostream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The keys that documents name are those that the program reads. */
class DocumentedKeysTest {
  private static final Path DOCUMENTS = Path.of("../docs");
  private static final Pattern ASSIGNED = Pattern.compile("--set\\s+([a-z0-9_.]+)=");

  /** The empty one before the first bar counts. */
  private static final int COLUMNS = 7;

  private static final Pattern NAMED = Pattern.compile("`([a-z0-9_]+)`");

  @Test
  void shouldReadTheParametersThatEveryLossIsSaidToHave() throws IOException {
    Set<String> keys =
        Settings.keys().stream()
            .map(key -> key.path().replaceFirst("^trainer\\.", ""))
            .collect(Collectors.toSet());
    List<String> parameters =
        Files.readAllLines(DOCUMENTS.resolve("losses.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|"))
            .filter(cells -> cells.length == COLUMNS)
            .map(cells -> cells[COLUMNS - 2])
            .flatMap(cell -> NAMED.matcher(cell).results().map(match -> match.group(1)))
            .toList();

    assertThat(parameters).contains("madpo_cmax", "label_smoothing").isSubsetOf(keys);
  }

  @Test
  void shouldReadEveryKeyThatACommandInADocumentSets() throws IOException {
    List<String> assigned;
    try (Stream<Path> files = Files.list(DOCUMENTS)) {
      assigned =
          Stream.concat(files, Stream.of(Path.of("../README.md")))
              .filter(file -> file.toString().endsWith(".md"))
              .flatMap(file -> ASSIGNED.matcher(text(file)).results())
              .map((MatchResult match) -> match.group(1))
              .filter(key -> !key.equals("key"))
              .toList();
    }

    assertThat(assigned).isNotEmpty();
    for (String key : assigned) {
      assertThatCode(() -> Settings.reader().set(key + "=1")).doesNotThrowAnyException();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
