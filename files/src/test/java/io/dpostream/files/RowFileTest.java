package io.dpostream.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowFileTest {
  private static final String MARK = "\uFEFF";

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": 1}\n{\"a\": 2}\n",
        "{\"a\": 1}\r\n\r\n{\"a\": 2}",
        "[{\"a\": 1}, {\"a\": 2}]",
        "\n [\n{\"a\": 1},\n{\"a\":\n2}\n]\n",
      })
  void shouldReadLinesAndArraysWithAndWithoutAMarkPlainAndCompressed(String text)
      throws IOException {
    List<String> rows = List.of("{\"a\":1}", "{\"a\":2}");

    assertThat(rows(plain(text))).isEqualTo(rows);
    assertThat(rows(plain(MARK + text))).isEqualTo(rows);
    assertThat(rows(compressed(text))).isEqualTo(rows);
    assertThat(rows(compressed(MARK + text))).isEqualTo(rows);
  }

  @ParameterizedTest
  @MethodSource("tooLarge")
  void shouldSayWhatOfARowIsMoreThanCanBeRead(String value, String problem) throws IOException {
    String row = "{\"a\": %s}".formatted(value);
    Path array = plain("[{},\n" + row + "]");

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> rows(array))
        .withMessage("%s line 2: cannot be read (%s)", array, problem);
    assertThat(RowFile.read(plain("{}\n" + row), (place, read) -> read, read -> {}))
        .isEqualTo(
            RowReport.ofLines(1, Map.of("cannot be read (%s)".formatted(problem), List.of(2))));
  }

  private static List<Arguments> tooLarge() {
    return List.of(
        Arguments.of(
            "[".repeat(1001) + "]".repeat(1001),
            "Document nesting depth (1001) exceeds the maximum allowed (1000)"),
        Arguments.of(
            "7".repeat(1001), "Number value length (1001) exceeds the maximum allowed (1000)"));
  }

  @Test
  void shouldReadFilesWithMarksThatWerePutTogether() throws IOException {
    assertThat(rows(plain(MARK + "{\"a\": 1}\n" + MARK + "{\"a\": 2}\n" + MARK + "\n")))
        .containsExactly("{\"a\":1}", "{\"a\":2}");
  }

  @Test
  void shouldCountTheLinesThatItRefuses() throws IOException {
    List<String> rows = new ArrayList<>();
    RowReport report =
        RowFile.read(
            plain(MARK + "{\"a\": 1}\nx\n\n[2]\n{\"a\": 3}\n"),
            (line, row) -> {
              if (row.get("a").intValue() == 3) {
                throw new RowRefusedException("is three");
              }
              return line + ": " + row;
            },
            rows::add);

    assertThat(rows).containsExactly("1: {\"a\":1}");
    assertThat(report)
        .isEqualTo(
            RowReport.ofLines(
                1,
                Map.of(
                    "is not JSON", List.of(2),
                    "is not a JSON object", List.of(4),
                    "is three", List.of(5))));
    assertThat(report.firstRefusal()).contains("line 2: is not JSON");
    assertThat(report.lines().get(0)).isEqualTo("accepted 1, rejected 3");
  }

  /** JSON can write halves of surrogate pairs; the whole pair is a character. */
  @Test
  void shouldRefuseHalfOfASurrogatePairWhereverItStands() throws IOException {
    RowReport report =
        RowFile.read(
            plain(
                "{\"a\": \"\\ud83d\\ude00\"}\n"
                    + "{\"a\": \"x\\ud83d\"}\n"
                    + "{\"a\": [{\"b\": \"\\udc00x\"}]}\n"
                    + "{\"a\": {\"\\ud83d\": 1}}\n"
                    + "{\"\\ud83d\": 1}\n"),
            (line, row) -> row,
            row -> {});

    assertThat(report)
        .isEqualTo(
            RowReport.ofLines(
                1,
                Map.of(
                    "a has half of a surrogate pair, which is no character", List.of(2, 3, 4),
                    "a field's name has half of a surrogate pair", List.of(5))));
  }

  @Test
  void shouldReportByReasonAndLine() {
    RowReport.Builder report = new RowReport.Builder(RowReport.LINES);
    report.accepted(1);
    for (int line = 2; line < 9; line++) {
      report.refused(line, "chosen is empty");
    }
    report.refused(9, "is not JSON");
    assertThat(report.build().lines())
        .containsExactly(
            "accepted 1, rejected 8",
            "  7 rows: chosen is empty (line 2, 3, 4, 5, 6, ...)",
            "  1 row: is not JSON (line 9)");
  }

  @Test
  void shouldRefuseRowsWithImagesByTheirField() throws IOException {
    RowReport report =
        RowFile.read(
            plain("{\"a\": 1, \"images\": []}\n{\"image\": null}\n{\"images\": [\"a.png\"]}\n"),
            (line, row) -> line,
            line -> {});

    assertThat(report)
        .isEqualTo(
            RowReport.ofLines(2, Map.of("images cannot be read by a text model", List.of(3))));
  }

  @Test
  void shouldNotLeaveOutWhatStandsBehindAnArray() throws IOException {
    Path two = plain("[{\"a\": 1}]\n[{\"a\": 2}]\n");

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> rows(two))
        .withMessage(
            "%s line 2: goes on after the array; put all rows into one array, or write one a line",
            two);
  }

  /** Ids of pairs and prompts are made from it; people look for the line. */
  @Test
  void shouldTellRowsOnOneLineFromEachOther() throws IOException {
    List<String> places = new ArrayList<>();
    RowFile.read(plain("[{},{}, {\n},\n{}, {}]"), (place, row) -> place.toString(), places::add);

    assertThat(places).containsExactly("1", "1#2", "1#3", "3", "3#2");
  }

  @Test
  void shouldSayWhereAnArrayThatIsCutShortBegan() throws IOException {
    Path cut = plain("\n[{\"a\": 1},\n{\"a\": 2}");

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> rows(cut))
        .withMessage(
            "%s line 3: is not JSON (Unexpected end-of-input: expected close marker for Array,"
                + " which began on line 2)",
            cut);
  }

  @Test
  void shouldRefuseOtherEncodingsAndEmptyFiles() throws IOException {
    Path wide = Files.write(dir.resolve("wide"), "{\"a\": 1}".getBytes(StandardCharsets.UTF_16));

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> rows(wide))
        .withMessage("%s: is not UTF-8 text; convert it", wide);
    assertThat(rows(plain(MARK))).isEmpty();
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> RowReport.ofLines(0, Map.of()).requireAccepted(Path.of("none")))
        .withMessage("none: holds no row; give a file with one JSON object a line");
  }

  private Path plain(String text) throws IOException {
    return Files.writeString(dir.resolve("rows"), text);
  }

  private Path compressed(String text) throws IOException {
    Path file = dir.resolve("rows.bin");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static List<String> rows(Path file) {
    List<String> rows = new ArrayList<>();
    RowFile.read(file, (line, row) -> row.toString(), rows::add);
    return rows;
  }
}
