package io.dpostream.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParquetMapsTest {
  @TempDir private Path dir;

  /** Older writers mark the entries too. */
  @Test
  void shouldReadMapsOfMapsInListsAsObjects() throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message rows {
              required group calls (LIST) { repeated group list {
                required group element (MAP) { repeated group map (MAP_KEY_VALUE) {
                  required binary key (STRING);
                  optional group value (MAP) { repeated group key_value {
                    required binary key (STRING); optional int64 value; } } } } } }
            }
            """);
    Group row = new SimpleGroup(schema);
    Group entries = row.addGroup("calls").addGroup("list").addGroup("element");
    Group full = entries.addGroup("map").append("key", "full").addGroup("value");
    full.addGroup("key_value").append("key", "x").append("value", 1L);
    full.addGroup("key_value").append("key", "y").append("value", 2L);
    entries.addGroup("map").append("key", "empty").addGroup("value");
    entries.addGroup("map").append("key", "none");

    List<String> rows = new ArrayList<>();
    RowFile.read(write(schema, row), (place, read) -> read.toString(), rows::add);

    assertThat(rows)
        .containsExactly("{'calls':[{'full':{'x':1,'y':2},'empty':{}}]}".replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "required int32 key; optional boolean value;",
        "required double key; optional boolean value;",
        "required group key { required int32 a; } optional boolean value;",
        "required binary key (STRING);",
      })
  void shouldRefuseAColumnWithAnotherMapByName(String entry) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message rows { required group options { optional group inner (MAP) {"
                + " repeated group key_value { %s } } } }".formatted(entry));
    Group row = new SimpleGroup(schema);
    row.addGroup("options");
    Path file = write(schema, row);

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> RowFile.read(file, (place, read) -> read, read -> {}))
        .withMessage(
            "%s: column options holds a map that is not one of texts to values, as JSON's are;"
                + " convert or drop it",
            file);
  }

  private Path write(MessageType schema, Group row) throws IOException {
    Path file = dir.resolve("maps.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .build()) {
      writer.write(row);
    }
    return file;
  }
}
