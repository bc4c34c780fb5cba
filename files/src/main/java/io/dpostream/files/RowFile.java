package io.dpostream.files;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.settings.UserException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Reads the rows of a file: JSON Lines or one JSON array, plain or compressed with gzip, or
 * Parquet. Which it is shows in the first bytes, never in the name. Only the current row is kept in
 * memory, and of Parquet the current row group.
 */
public final class RowFile {
  private static final byte[] PARQUET = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};

  /** TRL's columns of what a text model cannot read. */
  private static final List<String> MEDIA = List.of("images", "image", "videos", "video", "audio");

  private RowFile() {}

  /** Turns a row into a value. */
  @FunctionalInterface
  public interface RowParser<T> {
    /**
     * @param place what tells the row from the others of its file
     * @throws RowRefusedException when the row cannot be used
     */
    T parse(RowPlace place, JsonNode row);
  }

  /** Receives what is found in a file, row by row. */
  interface RowSink {
    void row(RowPlace place, JsonNode row);

    void unreadable(int number, String reason);
  }

  /**
   * Hands every usable row to the consumer, in the file's order.
   *
   * @param accepted the consumer, which may still refuse a row by a {@link RowRefusedException}
   * @return how many rows were accepted, and which were rejected and why
   * @throws UserException when the file cannot be read on: it is missing, not UTF-8, damaged, an
   *     array with a syntax error, or Parquet with a column of images
   */
  public static <T> RowReport read(Path file, RowParser<T> parser, Consumer<T> accepted) {
    RowReport.Builder report = new RowReport.Builder(RowReport.LINES);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      if (beginsWith(in, PARQUET)) {
        report = new RowReport.Builder(RowReport.ROWS);
        ParquetRows.read(file, sink(report, parser, accepted));
      } else {
        InputStream plain = beginsWith(in, GZIP) ? new GZIPInputStream(in, 1 << 16) : in;
        JsonRows.read(file, plain, sink(report, parser, accepted));
      }
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": does not exist; check the path", e);
    } catch (CharacterCodingException e) {
      throw new UserException(
          "%s: is not UTF-8 text%s; convert it".formatted(file, report.afterTheLast()), e);
    } catch (IOException e) {
      throw new UserException(
          "%s: cannot be read%s: %s".formatted(file, report.afterTheLast(), e.getMessage()), e);
    }
    return report.build();
  }

  /**
   * Reads until the first usable row, so that a file that nothing can be made of is found before
   * anything else is done.
   *
   * @throws UserException when the file holds no usable row, or cannot be read on to the first
   */
  public static <T> void requireUsable(Path file, RowParser<T> parser) {
    try {
      read(
              file,
              parser,
              row -> {
                throw new UsableRow();
              })
          .requireAccepted(file);
    } catch (UsableRow found) {
      return;
    }
  }

  /** Ends the reading of a file. */
  private static final class UsableRow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsableRow() {
      super(null, null, false, false);
    }
  }

  private static boolean beginsWith(InputStream in, byte[] mark) throws IOException {
    in.mark(mark.length);
    byte[] first = in.readNBytes(mark.length);
    in.reset();
    return Arrays.equals(first, mark);
  }

  private static <T> RowSink sink(
      RowReport.Builder report, RowParser<T> parser, Consumer<T> accepted) {
    return new RowSink() {
      @Override
      public void row(RowPlace place, JsonNode row) {
        try {
          accepted.accept(parser.parse(place, usable(row)));
        } catch (RowRefusedException e) {
          unreadable(place.number(), String.valueOf(e.getMessage()));
          return;
        }
        report.accepted(place.number());
      }

      @Override
      public void unreadable(int number, String reason) {
        report.refused(number, reason);
      }
    };
  }

  private static JsonNode usable(JsonNode row) {
    if (!row.isObject()) {
      throw new RowRefusedException("is not a JSON object");
    }
    LoneSurrogates.refuse(row);
    for (String name : MEDIA) {
      JsonNode value = row.path(name);
      if (row.hasNonNull(name) && !(value.isContainerNode() && value.isEmpty())) {
        throw new RowRefusedException(name + " cannot be read by a text model");
      }
    }
    return row;
  }
}
