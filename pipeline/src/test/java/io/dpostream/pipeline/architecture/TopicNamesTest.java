package io.dpostream.pipeline.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.kafka.Topic;
import io.dpostream.kafka.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Topic names stand in {@link Topics} and nowhere else. */
class TopicNamesTest {
  /** Names with a hyphen cannot be taken for a JSON key, an option or a word. */
  private static final List<String> NAMES =
      Stream.concat(
              new Topics("").all().stream().map(Topic::name),
              Stream.of(new Topics("").deadLetters()))
          .filter(name -> name.contains("-"))
          .map(name -> '"' + name + '"')
          .toList();

  @Test
  void shouldStandInOnePlace() throws IOException {
    Path root = Path.of(System.getProperty("dpo.root"));
    assertThat(NAMES).hasSize(4);
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(
              files
                  .filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
                  .filter(TopicNamesTest::holdsATopicName)
                  .map(file -> file.getFileName().toString()))
          .containsExactly("Topics.java");
    }
  }

  private static boolean holdsATopicName(Path file) {
    try {
      String source = Files.readString(file);
      return NAMES.stream().anyMatch(source::contains);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
