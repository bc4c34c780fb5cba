package io.dpostream.trainer.sft;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.text.TokenSequence;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SftBatchesTest {
  /** Lengths 2, 3, ... 11. */
  private static final List<TokenSequence> SEQUENCES =
      IntStream.rangeClosed(1, 10)
          .mapToObj(n -> new TokenSequence(new int[] {n}, new int[n]))
          .toList();

  @Test
  void shouldUseEverySequenceOnceAnEpoch() {
    for (boolean packing : new boolean[] {false, true}) {
      List<List<SftBatches.Row>> batches = SftBatches.of(SEQUENCES, config(packing), 0);

      assertThat(batches.stream().flatMap(List::stream).flatMap(row -> row.sequences().stream()))
          .containsExactlyInAnyOrderElementsOf(SEQUENCES);
      assertThat(batches).allMatch(batch -> batch.size() <= 2);
    }
  }

  @Test
  void shouldFillPackedRowsNoFurtherThanTheirLength() {
    List<SftBatches.Row> rows =
        SftBatches.of(SEQUENCES, config(true), 0).stream().flatMap(List::stream).toList();

    assertThat(rows).hasSizeLessThan(SEQUENCES.size());
    assertThat(rows)
        .allMatch(row -> row.tokens() <= 20)
        .allMatch(
            row -> row.tokens() == row.sequences().stream().mapToInt(TokenSequence::length).sum());
  }

  @Test
  void shouldDrawEveryEpochAnewAndTheSameEveryTime() {
    assertThat(SftBatches.of(SEQUENCES, config(true), 1))
        .isEqualTo(SftBatches.of(SEQUENCES, config(true), 1))
        .isNotEqualTo(SftBatches.of(SEQUENCES, config(true), 2));
  }

  private static SftConfig config(boolean packing) {
    return new SftConfig(SftConfig.defaults().optimizer(), 2, 20, packing, 1, 0, 5);
  }
}
