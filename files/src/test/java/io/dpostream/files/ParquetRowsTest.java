package io.dpostream.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files were written by pyarrow 26.0.1; {@code dialogues} and {@code images} by datasets 5.2.0
 * on top of it, in the form in which Hugging Face keeps data sets.
 */
class ParquetRowsTest {
  private static final String MOON =
      "{'prompt':'How far is the moon?','prompt_id':'moon',"
          + "'chosen':[{'role':'user','content':'How far is the moon?'},"
          + "{'role':'assistant','content':'About 384,400 km.'}],"
          + "'rejected':[{'role':'user','content':'How far is the moon?'},"
          + "{'role':'assistant','content':'Very far.'}],"
          + "'messages':[{'role':'user','content':'How far is the moon?'},"
          + "{'role':'assistant','content':'About 384,400 km.'}],"
          + "'score_chosen':8.5,'score_rejected':6.0}";

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"dialogues", "zstd", "gzip", "none", "pages-v2"})
  void shouldReadTextAndMessagesOfEveryUsualCompression(String name) {
    List<String> rows = new ArrayList<>();
    RowReport report = RowFile.read(resource(name), (number, row) -> number + " " + row, rows::add);

    assertThat(report).isEqualTo(new RowReport(2, Map.of(), "row"));
    assertThat(rows.get(0)).isEqualTo("1 " + MOON.replace('\'', '"'));
    assertThat(rows.get(1)).contains("Wie heißt 🌍?");
  }

  /** What is null is left out, a list's elements excepted; bytes that are no text are base64. */
  @Test
  void shouldTurnEveryTypeIntoWhatJsonHas() {
    List<String> rows = new ArrayList<>();
    RowFile.read(resource("types"), (number, row) -> row.toString().replace('"', '\''), rows::add);

    assertThat(rows)
        .containsExactly(
            "{'text':'a','whole':7,'price':1.25,'ratio':0.1,'score':0.1,'flag':true,"
                + "'bytes':'//4=','tags':['x',null],'nested':{'a':{'b':[1]}}}",
            "{'tags':[],'nested':{}}");
  }

  @Test
  void shouldCountRowsWhereThereAreNoLines() {
    RowReport report =
        RowFile.read(
            resource("zstd"),
            (number, row) -> {
              throw new RowRefusedException("is of no use");
            },
            row -> {});

    assertThat(report.reasons()).containsExactly("2 rows: is of no use (row 1, 2)");
  }

  @Test
  void shouldRefuseAColumnOfImagesByName() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> read(resource("images")))
        .withMessage(
            "%s: column pictures holds images or sounds, which a text model cannot read; take it"
                + " out",
            resource("images"));
  }

  @Test
  void shouldRefuseAnotherCompressionByName() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> read(resource("brotli")))
        .withMessageEndingWith(
            "is compressed with BROTLI; write it with snappy, zstd, gzip or without");
  }

  @Test
  void shouldSayThatAFileIsDamaged() throws IOException {
    byte[] whole = Files.readAllBytes(resource("zstd"));
    Path cut = Files.write(dir.resolve("cut"), Arrays.copyOf(whole, whole.length / 2));
    byte[] changed = whole.clone();
    Arrays.fill(changed, 30, 60, (byte) 1);
    Path wrong = Files.write(dir.resolve("wrong"), changed);

    for (Path damaged : List.of(cut, wrong)) {
      assertThatExceptionOfType(UserException.class)
          .isThrownBy(() -> read(damaged))
          .withMessageStartingWith(damaged + ": is damaged after row 0 (")
          .withMessageEndingWith("); get it again")
          .withMessageNotContaining("\n");
    }
  }

  private static void read(Path file) {
    RowFile.read(file, (number, row) -> row, row -> {});
  }

  private static Path resource(String name) {
    try {
      return Path.of(ParquetRowsTest.class.getResource(name + ".parquet").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
