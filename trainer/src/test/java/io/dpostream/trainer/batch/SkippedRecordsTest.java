package io.dpostream.trainer.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.SkippedKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkippedRecordsTest {
  @ParameterizedTest
  @CsvSource({
    "UNSPECIFIED, step not applied: loss is NaN, NOT_FINITE",
    "UNSPECIFIED, 'stale by 1 versions, more than 0', UNSPECIFIED",
    "NOT_FINITE, any words, NOT_FINITE",
    "STALE, step not applied: is how its words begin, STALE",
  })
  void shouldGoByTheWordsOnlyWhereThereIsNoKind(
      SkippedKind recorded, String reason, SkippedKind expected) {
    assertThat(SkippedRecords.kind(new Skipped(0, 1L, "pair", reason, recorded)))
        .isEqualTo(expected);
  }
}
