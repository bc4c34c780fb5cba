package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Execution(ExecutionMode.CONCURRENT)
class PackingTest {
  @TempDir Path folder;

  /** Computed in float64, where sums in another order differ by about 1e-15. */
  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldGivePackedSequencesTheLogprobsAndGradientsTheyHaveAlone(Family family)
      throws Exception {
    Optional<SlidingWindow> window =
        family == Family.MISTRAL ? Optional.of(new SlidingWindow(3, 0)) : Optional.empty();
    ModelConfig config = TinyModels.config(family, window, new RopeScaling.None());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<TokenSequence> s = TinyModels.sequences(5, config.vocabSize(), 2);
    List<List<TokenSequence>> rows = List.of(s.subList(0, 3), s.subList(3, 4), s.subList(4, 5));

    Result alone = run(checkpoint, s.stream().map(List::of).toList());
    Result packed = run(checkpoint, rows);

    assertThat(packed.logprobs).containsExactly(alone.logprobs, within(1e-9));
    assertThat(packed.gradient).containsExactly(alone.gradient, within(1e-6f));
  }

  @Test
  void shouldNotLetASequenceSeeItsNeighbours() throws Exception {
    ModelConfig config = TinyModels.config(Family.LLAMA);
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    TokenSequence kept = new TokenSequence(new int[] {7, 8, 9}, new int[] {10, 11});
    TokenSequence one = new TokenSequence(new int[] {3, 4}, new int[] {5});
    TokenSequence other = new TokenSequence(new int[] {30, 31}, new int[] {32});

    Result besideOne = run(checkpoint, List.of(List.of(one, kept, one)));
    Result besideOther = run(checkpoint, List.of(List.of(other, kept, other)));

    assertThat(besideOne.logprobs[1]).isEqualTo(besideOther.logprobs[1]);
    assertThat(besideOne.logprobs[2]).isEqualTo(besideOther.logprobs[2]);
    assertThat(besideOne.logprobs[0]).isNotEqualTo(besideOther.logprobs[0]);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Result(double[] logprobs, float[] gradient) {}

  private static Result run(CheckpointFolder checkpoint, List<List<TokenSequence>> rows) {
    try (TrainableModel model =
            TrainableModel.load(checkpoint, new EngineOptions("cpu", "float64", 1));
        ForwardPass pass = model.forwardPacked(rows)) {
      double[][] d =
          rows.stream()
              .flatMap(List::stream)
              .map(s -> java.util.Arrays.stream(s.completion()).asDoubleStream().toArray())
              .toArray(double[][]::new);
      double[] logprobs = pass.exactLogprobs();
      pass.backward(d);
      return new Result(logprobs, model.parameters().gradients().get(0).toFloatArray());
    }
  }
}
