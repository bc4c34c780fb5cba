package io.dpostream.pipeline.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says what a row has in place of the columns that it lacks. */
final class Columns {
  private static final int MOST_SHOWN = 8;

  private Columns() {}

  /** What a row may have been made for, by the columns that tell. */
  private enum Purpose {
    KTO(List.of("completion", "label"), "KTO, unpaired feedback"),
    SFT(List.of("prompt", "completion"), "supervised fine-tuning, which dpo sft does"),
    DIALOGUE(List.of("messages"), "supervised fine-tuning, which dpo sft does"),
    TEXT(List.of("text"), "plain text, with no answers to compare"),
    ALPACA(List.of("instruction", "output"), "Alpaca, which has one answer a prompt");

    private final List<String> columns;
    private final String meaning;

    Purpose(List<String> columns, String meaning) {
      this.columns = columns;
      this.meaning = meaning;
    }

    static Optional<Purpose> of(JsonNode row) {
      for (Purpose purpose : values()) {
        if (purpose.columns.stream().allMatch(row::hasNonNull)) {
          return Optional.of(purpose);
        }
      }
      return Optional.empty();
    }
  }

  /** Describes what there is instead of a missing preference. */
  static String insteadOfAPreference(JsonNode row) {
    String purpose =
        row.hasNonNull("chosen") || row.hasNonNull("rejected")
            ? ""
            : Purpose.of(row).map(p -> ": this looks like " + p.meaning).orElse("");
    return "there is " + names(row) + purpose;
  }

  /** The row's columns that hold something, in their order. */
  static String names(JsonNode row) {
    List<String> names = new ArrayList<>();
    row.properties()
        .forEach(
            column -> {
              if (!column.getValue().isNull()) {
                names.add(column.getKey());
              }
            });
    if (names.isEmpty()) {
      return "nothing";
    }
    String shown = names.stream().limit(MOST_SHOWN).collect(Collectors.joining(", "));
    return names.size() > MOST_SHOWN
        ? "%s and %d more".formatted(shown, names.size() - MOST_SHOWN)
        : shown;
  }
}
