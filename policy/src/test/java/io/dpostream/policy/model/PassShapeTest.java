package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class PassShapeTest {
  private static final ModelConfig CONFIG = TinyModels.config(Family.LLAMA);
  @TempDir Path folder;

  @Test
  void shouldRoundTheWidthUpAndFillThePassWithRows() {
    assertThat(PassShape.of(new TokenSequence(new int[10], new int[7]), 256))
        .isEqualTo(new PassShape(16, 16));
    assertThat(PassShape.of(new TokenSequence(new int[10], new int[8]), 256))
        .isEqualTo(new PassShape(8, 32));
    assertThat(PassShape.of(new TokenSequence(new int[400], new int[8]), 256))
        .isEqualTo(new PassShape(1, 416));
  }

  @Test
  void shouldScoreASequenceAlikeWhateverStandsBesideIt() throws Exception {
    CheckpointFolder checkpoint = TinyModels.write(folder, CONFIG, 1);
    Random random = new Random(2);
    PassShape shape = new PassShape(8, 16);
    try (LanguageModel model = LanguageModel.load(checkpoint, TinyModels.CPU);
        TrainableModel trained = TrainableModel.load(checkpoint, TinyModels.CPU)) {
      for (TokenSequence sequence : TinyModels.sequences(10, CONFIG.vocabSize(), 3)) {
        float[] alone = model.logprobs(List.of(sequence), shape)[0];
        List<TokenSequence> company =
            new ArrayList<>(TinyModels.sequences(7, CONFIG.vocabSize(), random.nextLong()));
        int place = random.nextInt(8);
        company.add(place, sequence);
        assertThat(model.logprobs(company, shape)[place]).isEqualTo(alone);
        try (ForwardPass pass = trained.forward(company, shape)) {
          assertThat(pass.logprobs()[place]).isEqualTo(alone);
        }
      }
    }
  }

  @Test
  void shouldTakeGradientsInAFixedShape() throws Exception {
    CheckpointFolder checkpoint = TinyModels.write(folder, CONFIG, 1);
    List<TokenSequence> sequences = TinyModels.sequences(3, CONFIG.vocabSize(), 3);
    double[][] ones =
        sequences.stream()
            .map(s -> java.util.Arrays.stream(s.completion()).mapToDouble(id -> 1).toArray())
            .toArray(double[][]::new);
    try (TrainableModel model = TrainableModel.load(checkpoint, TinyModels.CPU)) {
      try (ForwardPass pass = model.forward(sequences)) {
        pass.backward(ones);
      }
      float[] expected = model.parameters().gradients().get(0).toFloatArray();
      model.zeroGrad();
      try (ForwardPass pass = model.forward(sequences, new PassShape(8, 16))) {
        pass.backward(ones);
      }
      assertThat(model.parameters().gradients().get(0).toFloatArray())
          .containsExactly(expected, within(1e-4f));
    }
  }

  @Test
  void shouldGiveTheChanceThatTwoDrawsAgree() throws Exception {
    CheckpointFolder checkpoint = TinyModels.write(folder, CONFIG, 1);
    TokenSequence sequence = new TokenSequence(new int[] {3, 4}, new int[] {5});
    try (LanguageModel model = LanguageModel.load(checkpoint, TinyModels.CPU);
        TrainableModel trained = TrainableModel.load(checkpoint, TinyModels.CPU);
        ForwardPass pass = trained.forward(List.of(sequence))) {
      float[] logits = model.logits(sequence.prompt())[1];
      double sum = 0;
      double squares = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
        squares += Math.exp(2 * logit);
      }
      assertThat((double) pass.logCollisions()[0][0])
          .isCloseTo(Math.log(squares / (sum * sum)), within(1e-4));
    }
  }

  @Test
  void shouldGiveTheDivergenceFromAnotherModel() throws Exception {
    CheckpointFolder one = TinyModels.write(folder.resolve("one"), CONFIG, 1);
    CheckpointFolder two = TinyModels.write(folder.resolve("two"), CONFIG, 2);
    TokenSequence sequence = new TokenSequence(new int[] {3, 4}, new int[] {5});
    try (LanguageModel p = LanguageModel.load(one, TinyModels.CPU);
        LanguageModel q = LanguageModel.load(two, TinyModels.CPU);
        TrainableModel trained = TrainableModel.load(one, TinyModels.CPU);
        ForwardPass pass = trained.forward(List.of(sequence))) {
      double expected = 0;
      for (int id = 0; id < CONFIG.vocabSize(); id++) {
        TokenSequence next = new TokenSequence(sequence.prompt(), new int[] {id});
        double logP = p.logprobs(List.of(next))[0][0];
        double logQ = q.logprobs(List.of(next))[0][0];
        expected += Math.exp(logP) * (logP - logQ);
      }
      assertThat((double) pass.divergences(q)[0][0]).isCloseTo(expected, within(1e-4));
      assertThat(pass.divergences(p)[0][0]).isZero();
    }
  }

  @Test
  void shouldRefuseSequencesThatDoNotFit() throws Exception {
    List<TokenSequence> sequences = TinyModels.sequences(3, CONFIG.vocabSize(), 3);
    assertThatThrownBy(() -> PaddedBatch.of(sequences, CONFIG, new PassShape(2, 16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not fit");
  }
}
