package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class TrainableModelTest {
  private static final ModelConfig LLAMA = TinyModels.config(Family.LLAMA);
  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir Path folder;

  /**
   * The derivative of sum(d * logprobs) along single weights. Computed in float64 over float32
   * masters that move by 2^-9, the central difference errs by about 2^-18 times the third
   * derivative.
   */
  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldHaveTheGradientOfFiniteDifferences(Family family) throws Exception {
    ModelConfig config =
        TinyModels.config(
            family,
            family == Family.MISTRAL ? Optional.of(new SlidingWindow(3, 0)) : Optional.empty(),
            family == Family.LLAMA ? new RopeScaling.Llama3(8, 1, 4, 16) : new RopeScaling.None());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    List<TokenSequence> batch = TinyModels.sequences(4, config.vocabSize(), 2);
    Random random = new Random(3);
    try (TrainableModel model =
        TrainableModel.load(checkpoint, new EngineOptions("cpu", "float64", 1))) {
      double[][] d =
          batch.stream()
              .map(s -> random.doubles(s.completion().length, -1, 1).toArray())
              .toArray(double[][]::new);
      try (ForwardPass pass = model.forward(batch)) {
        pass.backward(d);
      }
      for (int p = 0; p < model.parameters().values().size(); p++) {
        String name = model.parameters().names().get(p);
        float[] gradient = model.parameters().gradients().get(p).toFloatArray();
        for (int draw = 0; draw < 3; draw++) {
          int i = random.nextInt(gradient.length);
          double expected = slope(model, batch, d, name, i);
          assertThat((double) gradient[i])
              .as(name + "[" + i + "]")
              .isCloseTo(expected, within(2e-3 * Math.max(0.05, Math.abs(expected))));
        }
      }
    }
  }

  private static double slope(
      TrainableModel model, List<TokenSequence> batch, double[][] d, String name, int i) {
    float[] values = model.parameters().get(name);
    float original = values[i];
    float up = original + 0x1p-9f;
    float down = original - 0x1p-9f;
    double[] loss = new double[2];
    for (int side = 0; side < 2; side++) {
      values[i] = side == 0 ? up : down;
      model.parameters().set(name, values);
      try (ForwardPass pass = model.forward(batch)) {
        double[] logprobs = pass.exactLogprobs();
        int next = 0;
        for (double[] row : d) {
          for (double weight : row) {
            loss[side] += weight * logprobs[next++];
          }
        }
      }
    }
    values[i] = original;
    model.parameters().set(name, values);
    return (loss[0] - loss[1]) / ((double) up - down);
  }

  private static double[][] gradient(List<TokenSequence> batch, long seed) {
    Random random = new Random(seed);
    return batch.stream()
        .map(s -> random.doubles(s.completion().length, -1, 1).toArray())
        .toArray(double[][]::new);
  }

  private static List<float[]> gradients(TrainableModel model) {
    return model.parameters().gradients().stream().map(NDArray::toFloatArray).toList();
  }

  private static void step(TrainableModel model, List<TokenSequence> batch, double[][] d) {
    try (ForwardPass pass = model.forward(batch)) {
      pass.backward(d);
    }
  }

  private TrainableModel load(int chunk) throws IOException {
    return TrainableModel.load(
        TinyModels.write(folder, LLAMA, 1), TinyModels.CPU, new HeadLimits(chunk, chunk));
  }

  /**
   * Arrays over Java buffers die with them, and autograd then reads freed memory. Nothing of a
   * forward pass may stand on a buffer: gradients are the same bits when the collector runs and the
   * memory is filled anew between forward and backward.
   */
  @ParameterizedTest
  @ValueSource(ints = {3, 1000})
  void shouldKeepItsGradientsWhenTheCollectorRuns(int chunk) throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(4, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    try (TrainableModel model = load(chunk)) {
      step(model, batch, d);
      List<float[]> calm = gradients(model);
      for (int round = 0; round < 3; round++) {
        model.zeroGrad();
        churn();
        try (ForwardPass pass = model.forward(batch)) {
          churn();
          pass.logprobs();
          churn();
          pass.backward(d);
        }
        churn();
        assertThat(gradients(model)).usingRecursiveComparison().isEqualTo(calm);
      }
    }
  }

  private static void churn() {
    System.gc();
    for (int size = 4; size <= 1 << 14; size *= 4) {
      for (int i = 0; i < 100; i++) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(size);
        while (buffer.hasRemaining()) {
          buffer.put((byte) 0x7f);
        }
      }
    }
    System.gc();
  }

  @Test
  void shouldRepeatItselfBitForBit() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(8, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    try (TrainableModel one = load(1000);
        TrainableModel two =
            TrainableModel.load(new CheckpointFolder(folder, LLAMA), TinyModels.CPU)) {
      step(one, batch, d);
      step(two, batch, d);
      assertThat(gradients(two)).usingRecursiveComparison().isEqualTo(gradients(one));
    }
  }

  @Test
  void shouldAddUpGradientsUntilTheyAreZeroed() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(4, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    try (TrainableModel model = load(1000)) {
      step(model, batch, d);
      List<float[]> once = gradients(model);
      step(model, batch, d);
      List<float[]> twice = gradients(model);
      for (int p = 0; p < once.size(); p++) {
        for (int i = 0; i < once.get(p).length; i++) {
          assertThat(twice.get(p)[i]).isEqualTo(2 * once.get(p)[i]);
        }
      }
      model.zeroGrad();
      assertThat(gradients(model)).allSatisfy(g -> assertThat(g).containsOnly(0));
    }
  }

  /** The head's own gradient adds up in another order in chunks: 1e-5 covers float32. */
  @Test
  void shouldHaveTheSameGradientInChunksOfPositions() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(5, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    try (TrainableModel whole = load(1000);
        TrainableModel chunked =
            TrainableModel.load(
                new CheckpointFolder(folder, LLAMA), TinyModels.CPU, new HeadLimits(3, 3))) {
      step(whole, batch, d);
      step(chunked, batch, d);
      List<float[]> expected = gradients(whole);
      List<float[]> found = gradients(chunked);
      for (int p = 0; p < expected.size(); p++) {
        assertThat(found.get(p)).containsExactly(expected.get(p), within(1e-5f));
      }
    }
  }

  /**
   * The gradient of a sequence is that of its completion alone: with nothing asked of a completion
   * a sequence leaves no trace, however long its prompt.
   */
  @Test
  void shouldTakeNothingFromPromptTokens() throws IOException {
    TokenSequence trained = new TokenSequence(new int[] {1, 2, 3}, new int[] {4, 5});
    TokenSequence idle = new TokenSequence(new int[] {6, 7, 8, 9, 10}, new int[] {11, 12});
    try (TrainableModel model = load(1000)) {
      step(model, List.of(idle), new double[][] {{0, 0}});
      assertThat(gradients(model)).allSatisfy(g -> assertThat(g).containsOnly(0));
      try (ForwardPass pass = model.forward(List.of(trained, idle))) {
        assertThat(pass.logprobs()[0]).hasSize(2);
        assertThat(pass.logprobs()[1]).hasSize(2);
        pass.backward(new double[][] {{1, -1}, {0, 0}});
      }
      float[] embedding = gradients(model).get(model.parameters().names().indexOf(EMBEDDING));
      int hidden = LLAMA.hiddenSize();
      for (int id = 6; id <= 11; id++) {
        assertThat(Arrays.copyOfRange(embedding, id * hidden, (id + 1) * hidden)).containsOnly(0);
      }
      assertThat(Arrays.copyOfRange(embedding, hidden, 2 * hidden)).doesNotContain(0);
    }
  }

  @Test
  void shouldRefuseASecondBackwardAndGradientsOfAnotherShape() throws IOException {
    TokenSequence sequence = new TokenSequence(new int[] {1}, new int[] {4, 5});
    try (TrainableModel model = load(1000);
        ForwardPass pass = model.forward(List.of(sequence))) {
      assertThatThrownBy(() -> pass.backward(new double[][] {{1}}))
          .hasMessageContaining("has 1 values for 2 completion tokens");
      assertThatThrownBy(() -> pass.backward(new double[0][])).hasMessageContaining("0 rows");
      pass.backward(new double[][] {{1, 1}});
      assertThatThrownBy(() -> pass.backward(new double[][] {{1, 1}}))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldHoldNoMoreArraysAfterManySteps() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(2, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    try (TrainableModel model = load(3)) {
      step(model, batch, d);
      int before = model.manager().getManagedArrays().size();
      for (int i = 0; i < 200; i++) {
        step(model, batch, d);
        model.zeroGrad();
      }
      assertThat(model.manager().getManagedArrays()).hasSize(before);
    }
  }

  @Test
  void shouldWriteAndReadItsWeightsBitForBit() throws IOException {
    try (TrainableModel model = load(1000)) {
      String sha256 = model.parameters().sha256();
      Path written = folder.resolve("written.safetensors");
      SafetensorsWriter.write(written, model.parameters().export());
      assertThat(written).hasSameBinaryContentAs(folder.resolve("model.safetensors"));
      float[] changed = model.parameters().get(EMBEDDING);
      changed[0] = Math.nextUp(changed[0]);
      model.parameters().set(EMBEDDING, changed);
      assertThat(model.parameters().sha256()).isNotEqualTo(sha256);
      model.parameters().load(Safetensors.open(written));
      assertThat(model.parameters().sha256()).isEqualTo(sha256);
      try (LanguageModel frozen =
          LanguageModel.load(new CheckpointFolder(folder, LLAMA), TinyModels.CPU)) {
        assertThat(frozen.sha256()).isEqualTo(sha256);
      }
    }
  }

  /** bfloat16 activations; the masters and their gradients stay float32. */
  @Test
  void shouldTrainInBfloat16OverFloat32Masters() throws IOException {
    List<TokenSequence> batch = TinyModels.sequences(6, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    try (TrainableModel exact = load(1000);
        TrainableModel half =
            TrainableModel.load(
                new CheckpointFolder(folder, LLAMA), new EngineOptions("cpu", "bfloat16", 1))) {
      step(exact, batch, d);
      step(half, batch, d);
      assertThat(half.parameters().sha256()).isEqualTo(exact.parameters().sha256());
      List<float[]> expected = gradients(exact);
      List<float[]> found = gradients(half);
      for (int p = 0; p < expected.size(); p++) {
        assertThat(cosine(expected.get(p), found.get(p))).isBetween(0.99, 1.0);
      }
    }
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  @Test
  void shouldTrainWhileAnotherThreadSamples() throws Exception {
    List<TokenSequence> batch = TinyModels.sequences(4, LLAMA.vocabSize(), 2);
    double[][] d = gradient(batch, 3);
    SamplingOptions options = new SamplingOptions(1, 1, 0, 8, Set.of());
    List<GenerationRequest> requests = List.of(new GenerationRequest(new int[] {1, 2}, 7));
    try (TrainableModel model = load(1000);
        LanguageModel frozen =
            LanguageModel.load(new CheckpointFolder(folder, LLAMA), TinyModels.CPU)) {
      step(model, batch, d);
      List<float[]> alone = gradients(model);
      int[] written = frozen.decoder().generate(requests, options).get(0).tokenIds();
      ExecutorService sampler = Executors.newSingleThreadExecutor();
      try {
        Future<?> sampling =
            sampler.submit(
                () -> {
                  for (int i = 0; i < 30; i++) {
                    assertThat(frozen.decoder().generate(requests, options).get(0).tokenIds())
                        .isEqualTo(written);
                  }
                });
        for (int i = 0; i < 30; i++) {
          model.zeroGrad();
          step(model, batch, d);
          assertThat(gradients(model)).usingRecursiveComparison().isEqualTo(alone);
        }
        sampling.get();
      } finally {
        sampler.shutdownNow();
      }
    }
  }
}
