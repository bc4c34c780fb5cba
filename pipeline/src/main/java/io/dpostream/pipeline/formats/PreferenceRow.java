package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.files.RowFile;
import io.dpostream.files.RowPlace;
import io.dpostream.files.RowReport;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A preference read from a row of a file.
 *
 * @param place where in the file it stands
 * @param pair prompt and answers
 * @param pairId its {@code pair_id}: the pair it came from, when it was exported from here
 * @param promptId its {@code prompt_id} or {@code id}
 * @param margin how much better chosen is: its {@code margin}, or {@code score_chosen} less {@code
 *     score_rejected}
 */
public record PreferenceRow(
    RowPlace place,
    PreferencePair pair,
    Optional<String> pairId,
    Optional<String> promptId,
    Optional<Double> margin) {

  /**
   * Reads a file, plain or gzip, JSON Lines or one array.
   *
   * @throws UserException when the file cannot be read on
   */
  public static RowReport read(
      Path file, PreferenceFormat format, Consumer<PreferenceRow> accepted) {
    return RowFile.read(file, (place, row) -> parse(place, row, format), accepted);
  }

  /**
   * Refuses a file without a usable row, reading only up to the first.
   *
   * @param use what is done with a row, which may refuse it
   * @throws UserException naming each reason
   */
  public static void requireUsable(
      Path file, PreferenceFormat format, Consumer<PreferenceRow> use) {
    RowFile.requireUsable(
        file,
        (place, row) -> {
          use.accept(parse(place, row, format));
          return place;
        });
  }

  private static PreferenceRow parse(RowPlace place, JsonNode row, PreferenceFormat format) {
    Optional<Double> margin = Fields.number(row, "margin");
    if (margin.isEmpty() && row.hasNonNull("score_chosen") && row.hasNonNull("score_rejected")) {
      double chosen = Fields.number(row, "score_chosen").orElseThrow();
      margin = Optional.of(chosen - Fields.number(row, "score_rejected").orElseThrow());
    }
    PreferencePair pair = format.parse(row);
    Optional<String> pairId = Fields.scalar(row, "pair_id");
    if (pairId.isEmpty()) {
      pair.requireAnswers();
    }
    return new PreferenceRow(
        place,
        pair.with(TemplateInputs.of(row)),
        pairId,
        Fields.scalar(row, "prompt_id").or(() -> Fields.scalar(row, "id")),
        margin);
  }
}
