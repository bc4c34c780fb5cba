package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passes that take less memory must not change a run's hash. */
@Execution(ExecutionMode.CONCURRENT)
class FrugalPassTest {
  private static final FineTuning ADAPTERS =
      new FineTuning(
          Optional.of(new Lora(4, 8, false, new LoraTargets(List.of(Lora.ALL_LINEAR)), 5)), false);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "LLAMA, float32",
    "QWEN2, float32",
    "QWEN3, float32",
    "LLAMA, bfloat16",
    "QWEN2, bfloat16"
  })
  void shouldGiveTheSameBitsWithGradientCheckpointing(Family family, String dtype)
      throws IOException {
    CheckpointFolder checkpoint = TinyModels.write(folder, TinyModels.config(family), 3);
    EngineOptions options = new EngineOptions("cpu", dtype, 1);
    for (FineTuning tuning : List.of(FineTuning.full(), ADAPTERS)) {
      assertThat(trained(checkpoint, options, tuning, true))
          .isDeepEqualTo(trained(checkpoint, options, tuning, false));
    }
  }

  /** The gradients of three passes, which are added up, and the last one's log-probabilities. */
  private static float[][] trained(
      CheckpointFolder checkpoint, EngineOptions options, FineTuning tuning, boolean frugal) {
    try (TrainableModel model = TrainableModel.load(checkpoint, options, tuning)) {
      if (frugal) {
        model.checkpointGradients();
      }
      List<float[]> all = new ArrayList<>();
      for (int seed = 0; seed < 3; seed++) {
        List<TokenSequence> sequences = TinyModels.sequences(9, 50, seed);
        try (ForwardPass pass = model.forward(sequences)) {
          all.addAll(Arrays.asList(pass.logprobs()));
          pass.backward(derivatives(sequences));
        }
      }
      for (NDArray gradient : model.parameters().gradients()) {
        all.add(gradient.toFloatArray());
      }
      return all.toArray(float[][]::new);
    }
  }

  private static double[][] derivatives(List<TokenSequence> sequences) {
    double[][] d = new double[sequences.size()][];
    for (int i = 0; i < d.length; i++) {
      d[i] = new double[sequences.get(i).completion().length];
      Arrays.fill(d[i], i % 2 == 0 ? 0.3 : -0.7);
    }
    return d;
  }
}
