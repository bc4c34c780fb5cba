package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowRoundingTest {
  @TempDir Path folder;

  @Test
  void shouldSayOfEachPassWhetherItsSequencesHaveTheBitsThatTheyHaveAlone() throws Exception {
    RowRounding rounding = new RowRounding();
    int alike = 0;
    try (LanguageModel model = model()) {
      for (int size = 2; size < 14; size++) {
        List<TokenSequence> batch = sequences(size);
        if (rounding.isAlike(model, batch)) {
          alike++;
          float[][] together = model.logprobs(batch);
          for (int i = 0; i < size; i++) {
            assertThat(together[i]).isEqualTo(model.logprobs(List.of(batch.get(i)))[0]);
          }
        }
      }
    }
    assertThat(alike).isPositive();
  }

  /** The products of one row are of a matrix and a vector, for which libraries have other code. */
  @Test
  void shouldFindThatOneRowIsRoundedOtherwise() throws Exception {
    try (LanguageModel model = model()) {
      assertThat(model.roundsTokensAlike(FlatBatch.STEP)).isTrue();
      assertThat(model.roundsTargetsAlike(FlatBatch.STEP)).isTrue();
      assertThat(model.roundsTokensAlike(1)).isFalse();
      assertThat(model.roundsTargetsAlike(1)).isFalse();
    }
  }

  private LanguageModel model() throws Exception {
    return LanguageModel.load(
        TinyModels.write(folder, TinyModels.config(Family.QWEN3), 1), TinyModels.CPU);
  }

  private static List<TokenSequence> sequences(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new TokenSequence(
                    IntStream.range(0, 3 + i).toArray(), IntStream.range(i, 20).toArray()))
        .toList();
  }
}
