package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.text.TokenSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassScorerTest {
  @TempDir Path dir;
  private LanguageModel model;

  @BeforeEach
  void load() {
    Path folder = TinyModel.write(dir.resolve("model"), 1);
    model = LanguageModel.load(CheckpointFolder.open(folder), TinyModel.CPU);
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static List<TokenSequence> sequences(int pairs, int length) {
    return IntStream.range(0, pairs)
        .boxed()
        .flatMap(
            pair -> {
              int[] prompt = {1, 2 + pair % 40, 3};
              return Stream.of(4, 5)
                  .map(
                      first ->
                          new TokenSequence(
                              prompt,
                              IntStream.range(0, length).map(i -> first + i % 5).toArray()));
            })
        .toList();
  }

  private float[][] scored(PassScorer scorer, List<TokenSequence> sequences) {
    List<PlannedPass> passes = new FlatPlan(new PassBudget(2048, 2048)).passes(sequences);
    assertThat(passes).hasSize(1);
    return scorer.logprobs(model, passes.get(0), sequences);
  }

  @Test
  void shouldGiveEachSequenceTheBitsThatItHasAlone() {
    PassScorer scorer = new PassScorer();
    for (int pairs = 1; pairs < 30; pairs += 7) {
      List<TokenSequence> sequences = sequences(pairs, 3 + pairs);
      float[][] rows = scored(scorer, sequences);
      for (int i = 0; i < rows.length; i++) {
        assertThat(rows[i]).isEqualTo(model.logprobs(List.of(sequences.get(i)))[0]);
      }
    }
  }

  /** A pass of another kind stands for a library that rounds by the number of rows. */
  @Test
  void shouldComputeEachSequenceAloneOnceOneDiffers() {
    List<TokenSequence> sequences = sequences(4, 6);
    PassScorer scorer =
        new PassScorer() {
          @Override
          float[][] together(LanguageModel model, List<TokenSequence> members) {
            float[][] rows = super.together(model, members);
            rows[members.size() - 1][2] = Math.nextUp(rows[members.size() - 1][2]);
            return rows;
          }
        };
    PlannedPass pass = new PlannedPass(List.of(0, 1, 2, 3, 4, 5, 6, 7), Optional.empty());
    for (int time = 0; time < 2; time++) {
      float[][] rows = scorer.logprobs(model, pass, sequences);
      for (int i = 0; i < rows.length; i++) {
        assertThat(rows[i]).isEqualTo(model.logprobs(List.of(sequences.get(i)))[0]);
      }
    }
  }

  @Test
  void shouldComputeEachSequenceAloneOnceANumberOfRowsIsRoundedOtherwise() {
    List<TokenSequence> sequences = sequences(4, 6);
    List<Integer> sizes = new ArrayList<>();
    PassScorer scorer =
        new PassScorer() {
          @Override
          boolean isAlike(LanguageModel model, List<TokenSequence> members) {
            return members.size() < 8;
          }

          @Override
          float[][] together(LanguageModel model, List<TokenSequence> members) {
            sizes.add(members.size());
            return super.together(model, members);
          }
        };
    scorer.logprobs(model, new PlannedPass(List.of(0, 1), Optional.empty()), sequences);
    PlannedPass pass = new PlannedPass(List.of(0, 1, 2, 3, 4, 5, 6, 7), Optional.empty());
    float[][] rows = scorer.logprobs(model, pass, sequences);
    for (int i = 0; i < rows.length; i++) {
      assertThat(rows[i]).isEqualTo(model.logprobs(List.of(sequences.get(i)))[0]);
    }
    scorer.logprobs(model, new PlannedPass(List.of(0, 1), Optional.empty()), sequences);
    assertThat(sizes).containsExactly(2);
  }
}
