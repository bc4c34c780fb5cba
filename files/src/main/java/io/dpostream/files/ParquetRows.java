package io.dpostream.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads the rows of a Parquet file as the JSON objects that they would be in JSON Lines. */
final class ParquetRows {
  /** The fields of Hugging Face's features for images and sounds. */
  private static final List<String> EMBEDDED_FILE = List.of("bytes", "path");

  private final Path file;
  private int number;

  private ParquetRows(Path file) {
    this.file = file;
  }

  /**
   * @throws UserException when a column holds images or sounds, or the file is damaged
   */
  static void read(Path file, RowFile.RowSink sink) throws IOException {
    new ParquetRows(file).read(sink);
  }

  private void read(RowFile.RowSink sink) throws IOException {
    try (ParquetFileReader reader = sound(() -> open(file))) {
      MessageType schema = reader.getFileMetaData().getSchema();
      refuseColumns(schema);
      MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
      JsonMaterializer json = new JsonMaterializer(schema);
      for (PageReadStore pages = sound(reader::readNextRowGroup);
          pages != null;
          pages = sound(reader::readNextRowGroup)) {
        PageReadStore group = pages;
        RecordReader<ObjectNode> records = sound(() -> columns.getRecordReader(group, json));
        for (long i = 0; i < group.getRowCount(); i++) {
          ObjectNode row = sound(records::read);
          sink.row(RowPlace.of(++number), row);
        }
      }
    }
  }

  private static ParquetFileReader open(Path file) throws IOException {
    return new ParquetFileReader(
        new LocalInputFile(file),
        new ParquetReadOptions.Builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs(file))
            .build());
  }

  private void refuseColumns(GroupType columns) {
    for (Type column : columns.getFields()) {
      if (holds(column, ParquetRows::isEmbeddedFile)) {
        throw refused(column, "images or sounds, which a text model cannot read; take it out");
      }
      if (holds(column, JsonMaterializer::isOtherMap)) {
        throw refused(
            column, "a map that is not one of texts to values, as JSON's are; convert or drop it");
      }
    }
  }

  private UserException refused(Type column, String content) {
    return new UserException("%s: column %s holds %s".formatted(file, column.getName(), content));
  }

  private static boolean holds(Type type, Predicate<Type> wanted) {
    return wanted.test(type)
        || (!type.isPrimitive()
            && type.asGroupType().getFields().stream().anyMatch(field -> holds(field, wanted)));
  }

  private static boolean isEmbeddedFile(Type type) {
    return !type.isPrimitive()
        && type.asGroupType().getFields().stream()
            .map(Type::getName)
            .sorted()
            .toList()
            .equals(EMBEDDED_FILE);
  }

  /** A step of reading, in which whatever goes wrong is the file's fault. */
  @FunctionalInterface
  private interface Step<T> {
    T take() throws IOException;
  }

  private <T> T sound(Step<T> step) throws IOException {
    try {
      return step.take();
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UserException(
          "%s: is damaged after row %d (%s); get it again"
              .formatted(
                  file, number, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }
}
