package io.dpostream.trainer.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ForwardPass;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.LrSchedulerType;
import io.dpostream.trainer.OptimizerConfig;
import io.dpostream.trainer.learner.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochTrainingTest {
  private static final IntFunction<List<String>> TWO_A_EPOCH =
      epoch -> List.of("first of " + epoch, "second of " + epoch);

  @TempDir Path folder;
  private TrainableModel model;

  private record Constant(double loss) implements BatchLoss {}

  @BeforeEach
  void loadModel() {
    Path written = TinyModel.write(folder.resolve("model"), 1);
    model = TrainableModel.load(CheckpointFolder.open(written), TinyModel.CPU);
  }

  @Test
  void shouldRepeatEpochsUntilTheLastStep() {
    List<String> batches = new ArrayList<>();
    List<EpochStep<Constant>> steps = new ArrayList<>();
    try (EpochTraining<String, Constant> training = training(2, 5)) {
      training.run(
          batch -> {
            batches.add(batch);
            return new Constant(1);
          },
          steps::add);
    }
    assertThat(batches)
        .containsExactly("first of 0", "second of 0", "first of 1", "second of 1", "first of 2");
    assertThat(steps).extracting(EpochStep::step).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(steps).extracting(EpochStep::steps).containsOnly(5L);
  }

  @Test
  void shouldTakeTheStepsOfAllEpochsWhereNoLastOneIsSet() {
    try (EpochTraining<String, Constant> training = training(3, 0)) {
      assertThat(training.steps()).isEqualTo(6);
    }
  }

  @Test
  void shouldLeaveTheModelWhereTheGradientIsNotFinite() {
    TokenSequence sequence = new TokenSequence(new int[] {3, 4}, new int[] {5, 6});
    String before = model.sha256();
    try (EpochTraining<String, Constant> training = training(1, 1)) {
      assertThatThrownBy(
              () ->
                  training.run(
                      batch -> {
                        try (ForwardPass pass = model.forward(List.of(sequence))) {
                          pass.backward(new double[][] {{Double.NaN, 1}});
                        }
                        return new Constant(1);
                      },
                      step -> {}))
          .isInstanceOf(UserException.class)
          .hasMessage("sft.learning_rate: 0.1 made the gradient norm NaN at step 1; lower it");
      assertThat(model.sha256()).isEqualTo(before);
    }
  }

  private EpochTraining<String, Constant> training(int epochs, long maxSteps) {
    OptimizerConfig optimizer =
        new OptimizerConfig(0.1, LrSchedulerType.CONSTANT, 0, 0, 0.9, 0.999, 1e-8, 1);
    EpochSettings settings = new EpochSettings("sft", optimizer, epochs, maxSteps);
    return new EpochTraining<>(settings, model, TWO_A_EPOCH);
  }
}
