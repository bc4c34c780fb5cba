package io.dpostream.files;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.dpostream.settings.JsonProblem;
import io.dpostream.settings.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads JSON Lines, or the elements of one array. */
final class JsonRows {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final ObjectReader ROW =
      JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int LOOK_AHEAD = 8192;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private JsonRows() {}

  /**
   * @throws UserException at a syntax error in an array, or behind it
   * @throws java.nio.charset.CharacterCodingException at what is not UTF-8
   */
  static void read(Path file, InputStream in, RowFile.RowSink sink) throws IOException {
    // a decoder of its own fails on bytes that are no UTF-8, where the charset would replace them
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), LOOK_AHEAD);
    skipByteOrderMark(reader);
    if (firstCharacter(reader) == '[') {
      readArray(file, reader, sink);
    } else {
      readLines(reader, sink);
    }
  }

  private static void readLines(BufferedReader reader, RowFile.RowSink sink) throws IOException {
    int number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      // files that were put together have a mark wherever one of them began
      String text = line.isEmpty() || line.charAt(0) != BYTE_ORDER_MARK ? line : line.substring(1);
      if (text.isBlank()) {
        continue;
      }
      JsonNode row;
      try {
        row = JSON.readTree(text);
      } catch (JsonProcessingException e) {
        sink.unreadable(number, isTooLarge(e) ? tooLarge(e) : "is not JSON");
        continue;
      }
      sink.row(RowPlace.of(number), row);
    }
  }

  private static void readArray(Path file, BufferedReader reader, RowFile.RowSink sink)
      throws IOException {
    JsonParser json = JSON.createParser(reader);
    try (json) {
      json.nextToken();
      RowPlace place = RowPlace.of(0);
      while (json.nextToken() != JsonToken.END_ARRAY) {
        int line = json.currentTokenLocation().getLineNr();
        place = line == place.number() ? new RowPlace(line, place.before() + 1) : RowPlace.of(line);
        sink.row(place, ROW.readTree(json));
      }
      if (json.nextToken() != null) {
        throw new UserException(
            "%s line %d: goes on after the array; put all rows into one array, or write one a line"
                .formatted(file, json.currentTokenLocation().getLineNr()));
      }
    } catch (JsonProcessingException e) {
      String problem =
          isTooLarge(e) ? tooLarge(e) : "is not JSON (%s)".formatted(JsonProblem.of(e));
      throw new UserException("%s line %d: %s".formatted(file, line(e, json), problem), e);
    }
  }

  /** Whether it is JSON, but deeper or longer than what is read. */
  private static boolean isTooLarge(JsonProcessingException e) {
    return e instanceof StreamConstraintsException;
  }

  private static String tooLarge(JsonProcessingException e) {
    return "cannot be read (%s)".formatted(JsonProblem.of(e));
  }

  /** A row that is beyond what is read, such as one nested too deeply, has no place of its own. */
  private static int line(JsonProcessingException e, JsonParser json) {
    JsonLocation place = e.getLocation();
    return place == null ? json.currentLocation().getLineNr() : place.getLineNr();
  }

  private static void skipByteOrderMark(BufferedReader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
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
