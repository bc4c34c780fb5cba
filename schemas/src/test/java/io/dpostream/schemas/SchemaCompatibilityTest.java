package io.dpostream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that the schemas in use read records written under every earlier version. Each version
 * ever in use is kept in {@code src/test/resources/compat/<record>/<version>.avsc}. A changed
 * schema is recorded as its next version with {@code mvn -pl schemas test
 * -Dtest=SchemaCompatibilityTest -Ddpo.compat.record=true}.
 */
class SchemaCompatibilityTest {
  private static final Path RECORDED = Path.of("src/test/resources/compat");

  /** Lists the records of the topics: one file each, directly in the folder of Avro files. */
  static List<Schema> schemas() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/avro"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".avsc"))
          .map(name -> schema(name.replace(".avsc", "")))
          .sorted(Comparator.comparing(Schema::getName))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void shouldReadWhatEveryRecordedVersionWrote(Schema current) throws IOException {
    List<Schema> recorded = recorded(current.getName());
    assertThat(recorded).isNotEmpty();
    for (Schema earlier : recorded) {
      assertThat(problems(current, earlier)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void shouldHaveRecordedTheSchemaInUse(Schema current) throws IOException {
    List<Schema> recorded = recorded(current.getName());
    if (Boolean.getBoolean("dpo.compat.record") && !recorded.contains(current)) {
      Path file = RECORDED.resolve(current.getName()).resolve((recorded.size() + 1) + ".avsc");
      Files.createDirectories(file.getParent());
      Files.writeString(file, current.toString(true) + "\n");
      recorded = recorded(current.getName());
    }
    assertThat(recorded).as("recorded versions of %s", current.getName()).endsWith(current);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // a new field without a default: old records have nothing to put there
        "\"name\" : \"policy_sha256\", | \"name\" : \"brand_new\",",
        // a narrower type: old records hold numbers that do not fit
        "\"name\" : \"policy_version\", \"type\" : \"long\" | \"name\" : \"policy_version\", \"type\" : \"int\"",
        // a symbol that old records use is gone
        "\"STOP\", \"LENGTH\" | \"LENGTH\""
      })
  void shouldNoticeAnIncompatibleChange(String before, String after) {
    String inUse =
        SpecificData.get().getSchema(CompletionPair.class).toString(true).replaceAll("\\s+", " ");
    String changed = inUse.replace(before, after);
    assertThat(changed).isNotEqualTo(inUse);
    assertThat(problems(new Schema.Parser().parse(changed), new Schema.Parser().parse(inUse)))
        .isNotEmpty();
  }

  @Test
  void shouldAllowACompatibleChange() {
    Schema inUse = SpecificData.get().getSchema(CompletionPair.class);
    String json = inUse.toString();
    String withField =
        json.substring(0, json.lastIndexOf("]"))
            + ",{\"name\":\"brand_new\",\"type\":\"string\",\"default\":\"\"}]}";
    assertThat(problems(new Schema.Parser().parse(withField), inUse)).isEmpty();
  }

  private static List<Incompatibility> problems(Schema reader, Schema writer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    return result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE
        ? List.of()
        : result.getIncompatibilities();
  }

  private static List<Schema> recorded(String record) throws IOException {
    Path folder = RECORDED.resolve(record);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .sorted(Comparator.comparingInt(SchemaCompatibilityTest::version))
          .map(SchemaCompatibilityTest::parse)
          .toList();
    }
  }

  private static int version(Path file) {
    return Integer.parseInt(file.getFileName().toString().replace(".avsc", ""));
  }

  private static Schema parse(Path file) {
    try {
      return new Schema.Parser().parse(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Schema schema(String record) {
    try {
      return SpecificData.get().getSchema(Class.forName("io.dpostream.schemas." + record));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
