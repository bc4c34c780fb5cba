package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.dpostream.settings.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Reads the rows of a JSON Lines file or of a file that holds one JSON array, plain or compressed
 * with gzip, as its first bytes show. Only the current row is kept in memory.
 */
public final class JsonRows {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final ObjectReader ROW =
      JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int LOOK_AHEAD = 8192;

  private JsonRows() {}

  /** Turns a row into a value. */
  @FunctionalInterface
  public interface RowParser<T> {
    /**
     * @param line the line on which the row begins, from 1
     * @throws RowRefusedException when the row cannot be used
     */
    T parse(int line, JsonNode row);
  }

  /**
   * Hands every usable row to the consumer, in the file's order.
   *
   * @param accepted the consumer, which may still refuse a row by a {@link RowRefusedException}
   * @return how many rows were accepted, and which were rejected and why
   * @throws UserException when the file cannot be read on: it is missing, not UTF-8, not gzip as it
   *     claims, or an array with a syntax error
   */
  public static <T> ImportReport read(Path file, RowParser<T> parser, Consumer<T> accepted) {
    ImportReport.Builder report = new ImportReport.Builder();
    try (BufferedReader reader = open(file)) {
      if (firstCharacter(reader) == '[') {
        readArray(file, reader, parser, accepted, report);
      } else {
        readLines(reader, parser, accepted, report);
      }
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": does not exist; check the path", e);
    } catch (CharacterCodingException e) {
      throw new UserException(
          "%s: is not UTF-8 text after line %d; convert it".formatted(file, report.lastLine()), e);
    } catch (IOException e) {
      throw new UserException(
          "%s: cannot be read after line %d: %s".formatted(file, report.lastLine(), e.getMessage()),
          e);
    }
    return report.build();
  }

  private static <T> void readLines(
      BufferedReader reader, RowParser<T> parser, Consumer<T> accepted, ImportReport.Builder report)
      throws IOException {
    int number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode row;
      try {
        row = JSON.readTree(line);
      } catch (JsonProcessingException e) {
        report.refused(number, "is not JSON");
        continue;
      }
      use(number, row, parser, accepted, report);
    }
  }

  private static <T> void readArray(
      Path file,
      BufferedReader reader,
      RowParser<T> parser,
      Consumer<T> accepted,
      ImportReport.Builder report)
      throws IOException {
    try (JsonParser json = JSON.createParser(reader)) {
      json.nextToken();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        int line = json.currentTokenLocation().getLineNr();
        JsonNode row = ROW.readTree(json);
        use(line, row, parser, accepted, report);
      }
    } catch (JsonProcessingException e) {
      throw new UserException(
          "%s line %d: is not JSON (%s)"
              .formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
  }

  private static <T> void use(
      int line,
      JsonNode row,
      RowParser<T> parser,
      Consumer<T> accepted,
      ImportReport.Builder report) {
    try {
      if (!row.isObject()) {
        throw new RowRefusedException("is not a JSON object");
      }
      accepted.accept(parser.parse(line, row));
    } catch (RowRefusedException e) {
      report.refused(line, String.valueOf(e.getMessage()));
      return;
    }
    report.accepted(line);
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      in.mark(2);
      boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      InputStream plain = gzip ? new GZIPInputStream(in, 1 << 16) : in;
      // a decoder of its own fails on bytes that are no UTF-8, where the charset would replace them
      return new BufferedReader(
          new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder()), LOOK_AHEAD);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static int firstCharacter(BufferedReader reader) throws IOException {
    reader.mark(LOOK_AHEAD);
    int first = reader.read();
    for (int i = 1; i < LOOK_AHEAD && first >= 0 && Character.isWhitespace(first); i++) {
      first = reader.read();
    }
    reader.reset();
    return first;
  }
}
