package io.dpostream.trainer.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.UserException;
import io.dpostream.tinymodel.TinyLlama;
import io.dpostream.trainer.OptimizerConfig;
import io.dpostream.trainer.Records;
import io.dpostream.trainer.epoch.EpochStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedFineTuningTest {
  private static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);

  /** The same prompt tokens; the completion's last token names the first prompt token. */
  private static final SftData DATA =
      new SftData(
          List.of(
              new TokenSequence(new int[] {10, 3, 4}, new int[] {5, 20, 2}),
              new TokenSequence(new int[] {11, 3, 4}, new int[] {21, 2}),
              new TokenSequence(new int[] {12, 3, 4}, new int[] {5, 6, 22, 2}),
              new TokenSequence(new int[] {13, 3, 4}, new int[] {23, 2})));

  @TempDir Path scratch;
  private CheckpointFolder model;

  @BeforeEach
  void writeModel() {
    model = TinyLlama.ofVocabulary(30).write(scratch.resolve("model"), "{}", 1);
  }

  /** The mean over the batch's 11 completion tokens, by the scoring pass of a frozen model. */
  @Test
  void shouldStartAtTheMeanNegativeLogLikelihoodOfTheCompletions() {
    double sum = 0;
    try (LanguageModel frozen = LanguageModel.load(model, CPU)) {
      for (float[] row : frozen.logprobs(DATA.sequences())) {
        for (float logprob : row) {
          sum -= logprob;
        }
      }
    }
    for (boolean packing : new boolean[] {false, true}) {
      assertThat(train(config(1e-3, 1, packing), "loss" + packing).get(0).loss())
          .isCloseTo(sum / 11, within(1e-5));
    }
  }

  @Test
  void shouldLearnTheCompletions() {
    List<EpochStep<TokenLoss>> steps = train(config(1e-2, 60, true), "learnt");

    assertThat(steps.get(0).loss()).isGreaterThan(2);
    assertThat(steps.get(59).loss()).isLessThan(0.05);
    try (LanguageModel learnt =
        LanguageModel.load(CheckpointFolder.open(scratch.resolve("learnt")), CPU)) {
      for (float[] row : learnt.logprobs(DATA.sequences())) {
        for (float logprob : row) {
          assertThat(logprob).isGreaterThan(-0.2f);
        }
      }
    }
  }

  @Test
  void shouldGiveTheSameWeightsEveryTime() {
    train(config(1e-2, 5, true), "first");
    train(config(1e-2, 5, true), "second");

    assertThat(scratch.resolve("first/model.safetensors"))
        .hasSameBinaryContentAs(scratch.resolve("second/model.safetensors"));
  }

  @Test
  void shouldStopWhenTheLossIsNoLongerFinite() {
    assertThatThrownBy(() -> train(config(1e30, 5, true), "never"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("sft.learning_rate: 1.0E30")
        .hasMessageContaining("lower it");
    assertThat(scratch.resolve("never")).doesNotExist();
  }

  private List<EpochStep<TokenLoss>> train(SftConfig config, String out) {
    List<EpochStep<TokenLoss>> steps = new ArrayList<>();
    try (SupervisedFineTuning training = new SupervisedFineTuning(model, CPU, config, DATA)) {
      training.run(steps::add);
      training.write(scratch.resolve(out));
    }
    assertThat(steps).hasSize((int) config.maxSteps());
    return steps;
  }

  private static SftConfig config(double learningRate, long steps, boolean packing) {
    OptimizerConfig optimizer =
        Records.with(
            SftConfig.defaults().optimizer(),
            "learningRate",
            learningRate,
            "lrSchedulerType",
            "constant");
    return new SftConfig(optimizer, 4, 64, packing, 1, steps, 5);
  }
}
